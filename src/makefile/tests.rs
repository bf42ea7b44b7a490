//! Makefiles and what becomes of them, as tables.

use super::{Makefile, Name, Recipe, read};
use crate::source::{FileId, Span};

fn names(names: &[Name]) -> String {
    names.iter().map(|name| &*name.text).collect::<Vec<_>>().join(" ")
}

/// The text of a recipe; behind it, in `‹›`, what the variables in it stand for in the makefile, with `?` where another value may be.
fn recipe(text: &str, recipe: &Recipe) -> String {
    let mut line = recipe.derived.text.clone();
    for &(span, only) in &recipe.given {
        let place = recipe.derived.map.place(span).expect("it stands somewhere");
        let written = place.span.of(text);
        line.extend([" ‹", written, if only { "›" } else { "?›" }]);
    }
    line
}

fn lines(text: &str) -> Vec<String> {
    let makefile = read(text, FileId(0));
    assert!(makefile.complete, "{text}");
    let mut lines: Vec<String> = makefile.shells.iter().map(|it| format!("$ {}", recipe(text, it))).collect();
    for rule in &makefile.rules {
        let order_only = names(&rule.order_only);
        let bar = if order_only.is_empty() { String::new() } else { format!(" | {order_only}") };
        lines.push(format!("{}: {}{bar}", names(&rule.targets), names(&rule.prerequisites)));
        lines.extend(rule.recipes.iter().map(|it| format!("  {}", recipe(text, it))));
    }
    lines
}

fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(lines(text), *expected, "in {text}");
    }
}

#[test]
fn rules_have_targets_prerequisites_and_recipes() {
    check(&[
        (
            "a b: c d | e\n\t@one\n\t-+two\n\nf::\n\tthree\n",
            &["a b: c d | e", "  one", "  two", "f: ", "  three"],
        ),
        ("a: b ; one # x\n\ttwo\n", &["a: b", "  one", "  two"]),
        ("x.o y.o: %.o: %.c\n\tcc $<\n%.z:\n\tz\n", &["x.o y.o: %.c", "  cc ${_}", "%.z: ", "  z"]),
        (
            "a: b \\\n   c\\\n d # e\n\tone \\\n\t  two\\\n\tthree\n",
            &["a: b c d", "  one \\\n  two\\\nthree"],
        ),
        ("a b &: c\n\tone\n", &["a b: c", "  one"]),
        ("a: # c\n# d\n\n\tone # e\n", &["a: ", "  one # e"]),
        ("a:\r\n\tone\\\r\n\ttwo\r\n", &["a: ", "  one\\\ntwo"]),
        (".RECIPEPREFIX = >\na:\n>one \\\n> two\n\tno\n", &["a: ", "  one \\\n two"]),
        (".ONESHELL:\na:\n\t@one\n\ttwo\nb:\n", &["a: ", "  one\ntwo", "b: "]),
        ("\u{feff}a:\n\tone", &["a: ", "  one"]),
        (".PHONY: a\n.SUFFIXES:\n.c.o:\n\tcc\n", &[".c.o: ", "  cc"]),
    ]);
}

#[test]
fn variables_are_replaced_by_their_only_values() {
    check(&[
        ("K = kubectl\na:\n\t$(K) get ${K}\n", &["a: ", "  kubectl get kubectl ‹$(K)› ‹${K}›"]),
        ("K ?= kubectl\na:\n\t$(K) get\n", &["a: ", "  kubectl get ‹$(K)?›"]),
        ("a:\n\t$(K) $$K $$(k) $K\n", &["a: ", "  ${K} $K $(k) ${K}"]),
        ("K := a\nK := b\na:\n\t$(K)\n", &["a: ", "  b ‹$(K)?›"]),
        ("K ?= a\nK = b\na:\n\t$(K)\n", &["a: ", "  b ‹$(K)›"]),
        ("ifeq ($(X),1)\nK = a\nelse\nK = b\nendif\na:\n\t$(K)\n", &["a: ", "  b ‹$(K)?›"]),
        ("K = a \\\n    b\nK += c # d\na:\n\t$(K)\n", &["a: ", "  a b c ‹$(K)›"]),
        ("N ?= x\nK = kubectl -n $(N)\na:\n\t$(K) get\n", &["a: ", "  kubectl -n x get ‹$(K)?›"]),
        ("a: K = x\nb:\n\t$(K)\n", &["b: ", "  x ‹$(K)?›"]),
        ("export K ?= x\noverride L := y\na:\n\t$(K) $(L)\n", &["a: ", "  x y ‹$(K)?› ‹$(L)›"]),
        ("T = a b\n$(T) $(U): $(T:a=b) p\n\t$(MAKE) c\n", &["a b $(U): $(T:a=b) p", "  make c"]),
        ("A = x\na:\n\tb$(A)c\n", &["a: ", "  bxc ‹$(A)›"]),
    ]);
}

#[test]
fn functions_are_not_known_but_what_they_run_is() {
    check(&[
        ("V := $(shell git describe)\na:\n\tx $(V)\n", &["$ git describe", "a: ", "  x ${_} ‹$(V)›"]),
        ("V != git describe\na:\n\tx $(V)\n", &["$ git describe", "a: ", "  x ${_} ‹$(V)›"]),
        (
            "a:\n\tx $(if $(D),--dry,$(shell y z)) $(wildcard *.c)\n",
            &["a: ", "  y z", "  x ${_args} ${_args}"],
        ),
        ("$(info a: $(shell b))\na: $(shell c)\n", &["$ b", "$ c", "a: $(shell c)"]),
        (
            "define D\n@one $(1)\n\ttwo $(X)\nendef\na:\n\t$(call D,z,y)\n\t$(D)\n",
            &["a: ", "  one z\ntwo ${X}", "  one ${_}\ntwo ${X}"],
        ),
        (
            "R = retry $(1) 3\na:\n\t$(call R,kubectl get) $(call S,x)\n",
            &["a: ", "  retry kubectl get 3 ${_args} ‹$(call R,kubectl get)›"],
        ),
        ("a:\n\t$(K$(I)) $(K:.c=.o) $@\n", &["a: ", "  ${_} ${_} ${_}"]),
    ]);
}

#[test]
fn the_default_goal_is_the_first_target_that_can_be_one() {
    let goal = |text: &str| read(text, FileId(0)).default_goal.unwrap_or_default().into_string();
    assert_eq!(goal(".PHONY: x\n%.o: %.c\n.hidden:\nall: b\nb:\n"), "all");
    assert_eq!(goal("all:\n.DEFAULT_GOAL := help\nhelp:\n"), "help");
    assert_eq!(goal("X = 1\n"), "");
}

#[test]
fn includes_and_the_shell_are_known() {
    let makefile = read("SHELL := /bin/bash\nD = sub\ninclude a.mk $(D)/b.mk\n-include $(X).mk\n", FileId(0));
    assert_eq!(names(&makefile.includes), "a.mk sub/b.mk $(X).mk");
    assert_eq!(makefile.shell.as_deref(), Some("/bin/bash"));
    assert_eq!(makefile.rules_of("a").count(), 0);
}

#[test]
fn growth_and_recursion_have_an_end() {
    let twice = |at: usize| format!("V{at} = $(V{0})$(V{0})\n", at - 1);
    let twice: String = (1..40).map(twice).collect();
    let (doubling, empty) = (format!("V0 = xxxxxxxxxxxxxxxx\n{twice}"), format!("V0 =\n{twice}"));
    let appended = "A += xxxxxxxxxxxxxxxx\n".repeat(20_000);
    for text in [
        doubling + "a:\n\t$(V39) $(V14)\n",
        empty + "a:\n\t$(V39) $(V15)\n",
        "A = $(A)\na:\n\t$(A)\n".to_owned(),
        format!("a:\n\t{}x{}\n", "$(if ".repeat(5000), ")".repeat(5000)),
        format!("a:\n\t{}\n", "$(".repeat(50_000)),
        format!("a:\n\t{}\n", "$(call A,".repeat(50_000)),
        appended + "a:\n\t$(A)\n",
        "define A\n".repeat(1000),
        format!("a: {}", "$(x) ".repeat(50_000)),
    ] {
        let makefile: Makefile = read(&text, FileId(0));
        for recipe in makefile.rules.iter().flat_map(|rule| &rule.recipes) {
            let whole = Span::new(0, recipe.derived.text.len() as u32);
            let place = recipe.derived.map.place(whole).expect("it stands somewhere");
            assert!(text.get(place.span.start as usize..place.span.end as usize).is_some());
        }
    }
}
