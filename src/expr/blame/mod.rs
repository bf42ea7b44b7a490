//! Why a condition failed: the operands that made it so, with their places, once per failing element.

mod place;

use crate::expr::eval::{Machine, Tri};
use crate::expr::parse::Operator;
use crate::expr::program::{
    Bind, BindKind, Expected, Expr, ExprKind, Literal, Loop, LoopKind, Program, Stop,
};
use crate::expr::value::Value;
use crate::source::Place;
use crate::yaml::{Kind, Node};
use place::common_parent;
pub use place::label_of;
use std::ops::ControlFlow;

/// What a label begins with that lists missing names, each set off by `, `.
pub const MISSING: &str = "missing: ";

/// One thing that made the condition fail. A failing `all` (required) or a true `exists` (forbidden) gives one for
/// each element.
#[derive(Clone, Debug, Default)]
pub struct Failure<'a> {
    /// The offending operand; for something missing the parent's key, in a list item its `name`.
    pub place: Option<Place>,
    /// Short text for the label; may be empty. Never quotes a value, which may be a secret.
    pub note: String,
    /// Other operands, and the definition behind an alias or merge key, with what they are.
    pub related: Vec<(Place, String)>,
    /// Names of all absent fields of all failed conjuncts, in their order.
    pub missing: Vec<String>,
    /// Values of [`Program::locals`]; null where not bound.
    pub locals: Vec<Value<'a>>,
}

/// Names of the loops that a failure can stand inside of.
pub(super) fn collect_locals(expr: &Expr, names: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Not(operand) => collect_locals(operand, names),
        ExprKind::And(terms) | ExprKind::Or(terms) => {
            for term in terms {
                collect_locals(term, names);
            }
        }
        ExprKind::Conditional(parts) => {
            for part in &parts[1..] {
                collect_locals(part, names);
            }
        }
        ExprKind::Loop(repeat) if matches!(repeat.kind, LoopKind::All | LoopKind::Exists) => {
            collect(&repeat.name, names);
            if let Some((name, _)) = &repeat.second {
                collect(name, names);
            }
            collect_locals(&repeat.body, names);
        }
        ExprKind::Bind(bind) if bind.kind == BindKind::Plain => {
            for (name, ..) in &bind.values {
                collect(name, names);
            }
            collect_locals(&bind.body, names);
        }
        _ => {}
    }
}

/// Takes a name into the list; those that macros number are none that a message could use.
fn collect(name: &str, names: &mut Vec<String>) {
    if !name.starts_with('@') && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// Explains a condition that is known to have failed.
pub(super) fn failures<'a>(
    program: &Program,
    expected: Expected,
    lets: &[&Program],
    machine: &mut Machine<'a, '_>,
) -> Result<Vec<Failure<'a>>, Stop> {
    let names = program.locals();
    let bound = vec![Value::Null; names.len()];
    let mut blamer = Blamer { machine, names, bound, routes: Vec::new(), foreign: Vec::new(), lets };
    let found = blamer.explain(&program.root, expected)?;
    Ok(found.into_iter().map(Blame::into_failure).collect())
}

/// What is known of one failure.
#[derive(Clone, Default)]
struct Blame<'a> {
    place: Option<Place>,
    note: &'static str,
    related: Vec<(Place, String)>,
    /// Absent fields with the nodes they are absent from.
    missing: Vec<(String, Option<Node<'a>>)>,
    locals: Vec<Value<'a>>,
    /// Whether it is one element of a loop, and so stands for itself.
    element: bool,
}

impl<'a> Blame<'a> {
    fn into_failure(self) -> Failure<'a> {
        let mut missing: Vec<String> = Vec::new();
        for (name, _) in self.missing {
            if !missing.contains(&name) {
                missing.push(name);
            }
        }
        let note = match missing.as_slice() {
            [] => self.note.to_owned(),
            names => [MISSING, &names.join(", ")].concat(),
        };
        let mut related = self.related;
        related.retain(|(place, _)| Some(*place) != self.place);
        related.dedup();
        Failure { place: self.place, note, related, missing, locals: self.locals }
    }

    fn is_missing(&self) -> bool {
        !self.missing.is_empty()
    }
}

struct Blamer<'a, 'b, 'm> {
    machine: &'b mut Machine<'a, 'm>,
    names: &'b [String],
    bound: Vec<Value<'a>>,
    /// For loop variables: the alias through which their list was reached.
    routes: Vec<(usize, Option<Place>)>,
    /// Loop variables that stand for something elsewhere in the repository.
    foreign: Vec<usize>,
    /// The expressions behind the last slots.
    lets: &'b [&'b Program],
}

impl<'a> Blamer<'a, '_, '_> {
    fn blank(&self) -> Blame<'a> {
        Blame { locals: self.bound.clone(), ..Blame::default() }
    }

    /// Why `expr` is not what was expected. The answer is never empty.
    fn explain(&mut self, expr: &Expr, expected: Expected) -> Result<Vec<Blame<'a>>, Stop> {
        match (&expr.kind, expected) {
            (ExprKind::Not(operand), _) => self.explain(operand, opposite(expected)),
            (ExprKind::And(terms), Expected::True) | (ExprKind::Or(terms), Expected::False) => {
                let found = self.explain_terms(terms, expected)?;
                Ok(self.merge(found, |found| found.iter().find(|blame| blame.place.is_some()).cloned()))
            }
            (ExprKind::And(terms), Expected::False) | (ExprKind::Or(terms), Expected::True) => {
                let found = self.explain_terms(terms, expected)?;
                Ok(self.merge_alternatives(found))
            }
            (ExprKind::Conditional(parts), _) => {
                let branch =
                    if self.machine.condition(&parts[0])? == Tri::True { &parts[1] } else { &parts[2] };
                self.explain(branch, expected)
            }
            (ExprKind::Loop(repeat), _) => match (repeat.kind, expected) {
                (LoopKind::All, Expected::True) | (LoopKind::Exists, Expected::False) => {
                    self.explain_elements(repeat, expected)
                }
                _ => self.sought(repeat).map(|blame| vec![blame]),
            },
            (ExprKind::Bind(bind), _) if bind.kind == BindKind::Plain => {
                self.within(bind, |blamer| blamer.explain(&bind.body, expected))
            }
            (ExprKind::Compare(operator, operands), _) => {
                self.comparison(*operator, operands, expected).map(|blame| vec![blame])
            }
            (ExprKind::Slot(slot), _) => {
                match self.in_let(*slot, |inner, expr| inner.explain(expr, expected))? {
                    Some(found) => Ok(found),
                    None => self.operand(expr).map(|blame| vec![blame]),
                }
            }
            _ => self.operand(expr).map(|blame| vec![blame]),
        }
    }

    /// Looks into the expression that a name of `let` stands for. Its loop variables are its own.
    fn in_let<R>(
        &mut self,
        slot: usize,
        look: impl FnOnce(&mut Blamer<'a, '_, '_>, &Expr) -> Result<R, Stop>,
    ) -> Result<Option<R>, Stop> {
        let first = self.machine.slot_count() - self.lets.len();
        let Some(at) = slot.checked_sub(first) else { return Ok(None) };
        let Some(program) = self.lets.get(at) else { return Ok(None) };
        let mut machine = self.machine.within(program.local_slots);
        let mut inner = Blamer {
            machine: &mut machine,
            names: &[],
            bound: self.bound.clone(),
            routes: Vec::new(),
            foreign: Vec::new(),
            lets: self.lets,
        };
        look(&mut inner, &program.root).map(Some)
    }

    /// Explains each term that is itself not what was expected.
    fn explain_terms(&mut self, terms: &[Expr], expected: Expected) -> Result<Vec<Blame<'a>>, Stop> {
        let mut found = Vec::new();
        for term in terms {
            // An error here did not decide the condition, so it is no part of the explanation.
            match self.machine.condition(term) {
                Ok(answer) if answer == failed(expected) => found.extend(self.explain(term, expected)?),
                Ok(_) | Err(Stop::Error { .. }) => {}
                Err(Stop::Budget) => return Err(Stop::Budget),
            }
        }
        Ok(found)
    }

    /// One failure for several terms: `choose` says which gives the place; absent fields add up. Elements of loops
    /// stay failures of their own.
    fn merge(
        &self,
        found: Vec<Blame<'a>>,
        choose: impl Fn(&[Blame<'a>]) -> Option<Blame<'a>>,
    ) -> Vec<Blame<'a>> {
        if found.iter().any(|blame| blame.element) {
            return found.into_iter().filter(|blame| blame.element).collect();
        }
        let mut chosen = choose(&found).unwrap_or_else(|| self.blank());
        if chosen.is_missing() {
            let parents: Vec<_> =
                found.iter().flat_map(|blame| &blame.missing).map(|(_, parent)| *parent).collect();
            if let Some(parent) = common_parent(&parents)
                && parents.iter().any(|other| *other != Some(parent))
            {
                chosen.place = Some(label_of(parent));
            }
        }
        chosen.missing = found.into_iter().flat_map(|blame| blame.missing).collect();
        vec![chosen]
    }

    /// The last alternative that exists; when none does, all that is missing.
    fn merge_alternatives(&self, mut found: Vec<Blame<'a>>) -> Vec<Blame<'a>> {
        if found.iter().any(|blame| !blame.is_missing() && blame.place.is_some()) {
            found.retain(|blame| !blame.is_missing() || blame.element);
        }
        self.merge(found, |found| {
            found
                .iter()
                .rev()
                .find(|blame| !blame.is_missing() && blame.place.is_some())
                .or_else(|| found.iter().find(|blame| blame.place.is_some()))
                .cloned()
        })
    }

    fn explain_elements(&mut self, repeat: &Loop, expected: Expected) -> Result<Vec<Blame<'a>>, Stop> {
        let over = self.machine.value(&repeat.over)?;
        let route = self.through(&repeat.over, &over)?;
        let mut failing = Vec::new();
        let wanted = failed(expected);
        self.machine.each_element(repeat, &over, |machine| {
            match machine.condition(&repeat.body) {
                Ok(answer) if answer == wanted => {
                    let second = repeat.second.as_ref().map(|(name, local)| (name, machine.local(*local)));
                    failing.push((machine.local(repeat.local), second));
                }
                Ok(_) | Err(Stop::Error { .. }) => {}
                Err(Stop::Budget) => return Err(Stop::Budget),
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let mut found = Vec::new();
        let is_foreign = self.is_foreign(&repeat.over)?;
        let before = self.foreign.len();
        if is_foreign {
            self.foreign
                .extend([repeat.local].into_iter().chain(repeat.second.as_ref().map(|(_, local)| *local)));
        }
        for (element, second) in failing {
            let outer = self.bound.clone();
            self.name(&repeat.name, repeat.local, &element, route);
            let mut fallback = self.located(&element, route);
            fallback.place = fallback.place.or_else(|| element.place());
            if let (Some((_, local)), Some((name, value))) = (&repeat.second, &second) {
                self.name(name, *local, value, route);
                // An index stands nowhere, a key stands before its value.
                if fallback.place.is_none() {
                    fallback = self.located(value, route);
                }
            }
            let explained = self.explain(&repeat.body, expected);
            self.routes.truncate(self.routes.len() - 1 - usize::from(second.is_some()));
            self.bound = outer;
            fallback.locals.clear();
            for mut blame in explained? {
                blame.element = true;
                if blame.place.is_none() {
                    blame.place = fallback.place;
                    blame.related.extend(fallback.related.iter().cloned());
                }
                found.push(blame);
            }
        }
        self.foreign.truncate(before);
        Ok(found)
    }

    /// Nothing was found: what was looked through is to blame, or, when that stands nowhere (a collection of the repository), what was
    /// looked for.
    fn sought(&mut self, repeat: &Loop) -> Result<Blame<'a>, Stop> {
        let over = self.operand(&repeat.over)?;
        if over.place.is_some() && !self.is_foreign(&repeat.over)? {
            return Ok(over);
        }
        let mut wanted = Vec::new();
        looked_for(&repeat.body, repeat.local, &mut wanted);
        // What a loop around this one is about comes before what holds for the whole visit.
        wanted.sort_by_key(|expr| !names_local(expr));
        let mut where_ = None;
        for expr in wanted {
            let found = self.operand(expr)?;
            if found.place.is_none() || found.is_missing() {
                continue;
            }
            // A namespace says where it was looked, not what for.
            let names_namespace = match &expr.kind {
                ExprKind::Field(_, name, _) => **name == *"namespace",
                ExprKind::Call(function, ..) => function.name == "namespace",
                _ => false,
            };
            if !names_namespace {
                return Ok(found);
            }
            where_ = where_.or(Some(found));
        }
        Ok(where_.unwrap_or(over))
    }

    /// Gives a name its value, for the machine, for the message and for the way to it.
    fn name(&mut self, name: &str, local: usize, value: &Value<'a>, route: Option<Place>) {
        self.machine.bind(local, value.clone());
        if let Some(at) = self.names.iter().position(|known| known == name) {
            self.bound[at] = value.clone();
        }
        self.routes.push((local, route));
    }

    /// Explains the body of a binding with its names bound.
    fn within<T>(
        &mut self,
        bind: &Bind,
        explain: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let (outer, routes) = (self.bound.clone(), self.routes.len());
        for (name, local, expr) in &bind.values {
            let value = self.machine.value(expr)?;
            let route = self.through(expr, &value)?;
            self.name(name, *local, &value, route);
        }
        let explained = explain(self);
        self.routes.truncate(routes);
        self.bound = outer;
        explained
    }

    /// Whether the value of an expression comes from a collection of the repository.
    fn is_foreign(&mut self, expr: &Expr) -> Result<bool, Stop> {
        match &expr.kind {
            ExprKind::Field(base, ..) | ExprKind::Fact(base, ..) | ExprKind::Index(base, ..) => {
                self.is_foreign(base)
            }
            ExprKind::Call(_, args, _) if !args.is_empty() => self.is_foreign(&args[0]),
            ExprKind::Loop(repeat) => self.is_foreign(&repeat.over),
            ExprKind::Local(local) => Ok(self.foreign.contains(local)),
            ExprKind::Slot(_) => Ok(match self.machine.value(expr)? {
                Value::Facts(facts) => facts.record().elements.is_some() || facts.record().name == REPO,
                Value::List(items) => items.first().is_some_and(is_visit),
                _ => false,
            }),
            _ => Ok(false),
        }
    }

    /// The first operand that stands somewhere is to blame; the other one is shown beside it.
    fn comparison(
        &mut self,
        operator: Operator,
        operands: &[Expr; 2],
        expected: Expected,
    ) -> Result<Blame<'a>, Stop> {
        let [left, right] = operands;
        if operator == Operator::In
            && expected == Expected::True
            && let ExprKind::Literal(Literal::String(name)) = &left.kind
            && let Value::Node(map) = self.machine.value(right)?
            && map.resolve().kind() == Kind::Mapping
        {
            let route = self.route(right)?;
            return Ok(self.absent(map, name.to_string(), route));
        }
        let mut primary = self.operand(left)?;
        let mut other = self.operand(right)?;
        if primary.place.is_none() {
            return Ok(other);
        }
        // The finding is about the visit, not about what stands elsewhere in the repository.
        if other.place.is_some()
            && !other.is_missing()
            && self.is_foreign(left)?
            && !self.is_foreign(right)?
        {
            std::mem::swap(&mut primary, &mut other);
        }
        if let Some(place) = other.place {
            primary.related.push((place, "compared with this".to_owned()));
        }
        Ok(primary)
    }

    /// The place that an expression took its value from.
    fn operand(&mut self, expr: &Expr) -> Result<Blame<'a>, Stop> {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Broken(_) | ExprKind::Map(_) | ExprKind::Message(..) => {
                Ok(self.blank())
            }
            ExprKind::Bind(bind) if bind.kind == BindKind::Plain => {
                self.within(bind, |blamer| blamer.operand(&bind.body))
            }
            ExprKind::Bind(bind) => {
                let found = self.place_of(expr)?;
                if found.place.is_some() && !found.is_missing() {
                    return Ok(found);
                }
                self.first_of(bind.values.iter().map(|(_, _, over)| over))
            }
            ExprKind::Slot(slot) => {
                let found = self.place_of(expr)?;
                if found.place.is_some() {
                    return Ok(found);
                }
                // The method itself is not general enough in its lifetimes.
                #[allow(clippy::redundant_closure_for_method_calls)]
                let inner = self.in_let(*slot, |inner, expr| inner.operand(expr))?;
                Ok(inner.unwrap_or(found))
            }
            ExprKind::Local(_) => self.place_of(expr),
            ExprKind::Field(base, ..) | ExprKind::Fact(base, ..) => {
                let found = self.place_of(expr)?;
                if found.place.is_some() {
                    return Ok(found);
                }
                let base = self.operand(base)?;
                let missing = if found.is_missing() { found.missing } else { base.missing };
                Ok(Blame { missing, ..base })
            }
            ExprKind::Index(base, index, _) => {
                let found = self.place_of(expr)?;
                if found.place.is_some() {
                    return Ok(found);
                }
                self.first_of([&**base, &**index])
            }
            ExprKind::Has(operand) | ExprKind::Not(operand) | ExprKind::Negate(operand) => {
                self.operand(operand)
            }
            ExprKind::Compare(_, operands) => self.first_of(operands.iter()),
            ExprKind::And(terms) | ExprKind::Or(terms) => self.first_of(terms),
            ExprKind::Chain(first, rest) => {
                self.first_of(std::iter::once(&**first).chain(rest.iter().map(|(_, operand)| operand)))
            }
            ExprKind::List(items) => self.first_of(items.iter().map(|(item, _)| item)),
            ExprKind::Call(_, args, _) => {
                let found = self.place_of(expr)?;
                if found.place.is_some() && !found.is_missing() { Ok(found) } else { self.first_of(args) }
            }
            ExprKind::Conditional(parts) => {
                let branch =
                    if self.machine.condition(&parts[0])? == Tri::True { &parts[1] } else { &parts[2] };
                self.operand(branch)
            }
            ExprKind::Loop(repeat) => self.operand(&repeat.over),
        }
    }

    fn first_of<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Result<Blame<'a>, Stop> {
        for expr in exprs {
            let found = self.operand(expr)?;
            if found.place.is_some() {
                return Ok(found);
            }
        }
        Ok(self.blank())
    }

    fn place_of(&mut self, expr: &Expr) -> Result<Blame<'a>, Stop> {
        let route = self.route(expr)?;
        match self.machine.value(expr) {
            Ok(value) => Ok(self.located(&value, route)),
            Err(Stop::Error { .. }) => Ok(self.blank()),
            Err(Stop::Budget) => Err(Stop::Budget),
        }
    }
}

/// The operands of a loop's body that do not depend on its element.
fn looked_for<'e>(expr: &'e Expr, local: usize, found: &mut Vec<&'e Expr>) {
    let mut add = |operand: &'e Expr| {
        let (mut names, mut free) = (false, true);
        operand.each_name(&mut |name| {
            names = true;
            free &= !matches!(name, ExprKind::Local(name) if *name >= local);
        });
        if names && free {
            found.push(operand);
        }
    };
    match &expr.kind {
        ExprKind::Compare(_, operands) => operands.iter().for_each(add),
        ExprKind::Call(_, args, _) => args.iter().for_each(add),
        ExprKind::Loop(repeat) => {
            add(&repeat.over);
            looked_for(&repeat.body, local, found);
        }
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) => {
            expr.each_child(&mut |child| looked_for(child, local, found));
        }
        _ => {}
    }
}

/// The name of the record of all collections.
const REPO: &str = "repo";

/// Whether a value is an element of a collection.
fn is_visit(value: &Value<'_>) -> bool {
    matches!(value, Value::Facts(facts) if facts.record().visited.is_some())
}

fn names_local(expr: &Expr) -> bool {
    let mut found = false;
    expr.each_name(&mut |name| found |= matches!(name, ExprKind::Local(_)));
    found
}

fn opposite(expected: Expected) -> Expected {
    match expected {
        Expected::True => Expected::False,
        Expected::False => Expected::True,
    }
}

fn failed(expected: Expected) -> Tri {
    match expected {
        Expected::True => Tri::False,
        Expected::False => Tri::True,
    }
}
