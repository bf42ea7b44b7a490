//! What kinds of files may hold, as a table: plain rows that are used where they lie. Those of Kubernetes, workflows and Compose are
//! part of the program; one is built from each custom resource definition of the project.
//!
//! A type says for each kind of node what it may be: which scalars, which list, which mapping. A union is thereby decided by what
//! stands in the file, and what is said of it is about that alone.

/// Everything that a table holds. Rows refer to one another by their index.
#[derive(Clone, Copy, Debug)]
pub struct Table<'t> {
    /// The texts that [`Name`]s are parts of.
    pub names: &'t str,
    /// The versions, the oldest first: the first has bit 1, the next bit 2.
    pub versions: &'t [Name],
    /// What files and objects are, sorted by API version and kind.
    pub roots: &'t [Root],
    /// The types; the first takes everything.
    pub types: &'t [Type],
    /// What mappings hold.
    pub mappings: &'t [Mapping],
    /// The keys of mappings, those of each together, sorted by [`Table::order`].
    pub fields: &'t [Field],
    /// What other keys of mappings may be, those of each mapping together.
    pub rests: &'t [Rest],
    /// Mappings that differ by a key, those of each together.
    pub variants: &'t [Variant],
    /// What lists hold.
    pub lists: &'t [List],
    /// What is asked of scalars beside their type, those of each type together.
    pub limits: &'t [Limit],
    /// Names in groups: allowed values, keys that tell items apart, contexts of expressions.
    pub groups: &'t [Name],
}

/// A part of [`Table::names`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// Offset of the first byte.
    pub start: u16,
    /// Length in bytes.
    pub length: u16,
}

/// Rows that stand together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rows {
    /// The first of them.
    pub first: u16,
    /// How many.
    pub count: u16,
}

/// What a file or an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its `apiVersion`; empty where there is none.
    pub api_version: Name,
    /// Its `kind`, or the name of the kind of file.
    pub kind: Name,
    /// The versions that know it, a bit for each.
    pub within: u8,
    /// Whether its objects stand in namespaces.
    pub namespaced: bool,
    /// What it holds.
    pub holds: TypeId,
}

/// A row of [`Table::types`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u16);

impl TypeId {
    /// The type that takes everything.
    pub const ANY: Self = Self(0);
}

/// A row of [`Table::mappings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MappingId(pub u16);

/// A row of [`Table::lists`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(pub u16);

/// What a value may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Type {
    /// The scalars it may be.
    pub scalars: Scalars,
    /// What is asked of a scalar: rows of [`Table::limits`], all of which must hold.
    pub limits: Rows,
    /// The list it may be.
    pub list: Option<ListId>,
    /// The mapping it may be.
    pub mapping: Option<MappingId>,
    /// What an expression in it may refer to: rows of [`Table::groups`].
    pub context: Option<Rows>,
}

/// A set of kinds of scalars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scalars(pub u8);

impl Scalars {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// Null, also where nothing stands.
    pub const NULL: Self = Self(1);
    /// A boolean.
    pub const BOOL: Self = Self(2);
    /// A whole number.
    pub const INT: Self = Self(4);
    /// A number with a fraction.
    pub const FLOAT: Self = Self(8);
    /// A string.
    pub const STRING: Self = Self(16);
    /// A number of either kind.
    pub const NUMBER: Self = Self(4 | 8);
    /// Every one.
    pub const ALL: Self = Self(31);

    /// Whether it has one of another set.
    #[inline]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a mapping holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Its keys: rows of [`Table::fields`].
    pub fields: Rows,
    /// What other keys may be: rows of [`Table::rests`], of which the first that takes the key counts. Without one they are unknown.
    pub rests: Rows,
    /// Other mappings that it may be: rows of [`Table::variants`], of which the first that fits counts. If none fits, one is missing.
    pub variants: Rows,
    /// Whether some key is required in some version.
    pub requires: bool,
    /// Whether keys are the same in capitals and small letters.
    pub folds: bool,
}

/// A key of a mapping. Where its type differs between versions it has several rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub name: Name,
    /// What stands under it.
    pub holds: TypeId,
    /// The versions that know it, a bit for each.
    pub within: u8,
    /// The versions that require it.
    pub required: u8,
}

/// What a key that is no field may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rest {
    /// Which keys.
    pub keys: Keys,
    /// What stands under them.
    pub holds: TypeId,
}

/// Some keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keys {
    /// Every key.
    All,
    /// Those that begin with a text.
    Prefix(Name),
    /// Those that a limit lets through; of others that is what is said.
    Limited(Limit),
}

/// A mapping that another one may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The key that gives it away.
    pub key: Name,
    /// The value the key must have; empty where any will do.
    pub value: Name,
    /// What it then holds.
    pub holds: MappingId,
}

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct List {
    /// Its items.
    pub holds: TypeId,
    /// The keys by which items are told apart: rows of [`Table::groups`], behind each perhaps `=` and what its absence means. None of them
    /// means the items themselves.
    pub keys: Rows,
    /// What is said of two items that are not told apart.
    pub twice: Twice,
    /// Whether one item must stand in it.
    pub filled: bool,
}

/// What is said of two equal items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Twice {
    /// Nothing.
    Allowed,
    /// That the second takes the place of the first.
    Replaced,
    /// That the consumer refuses them.
    Refused,
}

/// What is asked of a scalar beside its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// It is one of some values: rows of [`Table::groups`].
    OneOf(Rows),
    /// A string has a form that has a name.
    Format(Format),
    /// A string matches a regular expression.
    Pattern(Name),
    /// A number lies between two, both included.
    Between(f64, f64),
    /// A string has so many characters, both numbers included.
    Length(u32, u32),
}

/// A form of strings that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4648 in its standard alphabet, with padding.
    Base64,
    /// RFC 3339.
    DateTime,
    /// A quantity of Kubernetes: `100m`, `1.5Gi`.
    Quantity,
    /// A duration of Go: `1h30m`.
    GoDuration,
    /// A duration of a custom resource: that of Go, or `30d`, `2 weeks`.
    Duration,
    /// A DNS label by RFC 1123: at most 63 of `a-z`, `0-9` and `-`, a letter or digit at both ends.
    DnsLabel,
    /// DNS labels by RFC 1123 with dots between, at most 253 characters.
    DnsSubdomain,
    /// A DNS label by RFC 1035: it begins with a letter.
    Dns1035Label,
    /// A service name of IANA: at most 15 of `a-z`, `0-9` and `-`, with a letter, and no `--`.
    PortName,
    /// The name of an environment variable: anything but `=`.
    EnvName,
    /// The key of a label or an annotation: a name of at most 63 characters, before it perhaps a DNS subdomain and `/`.
    LabelKey,
    /// The value of a label: at most 63 of letters, digits, `-`, `_` and `.`, a letter or digit at both ends.
    LabelValue,
    /// A key of a config map or a secret: at most 253 of letters, digits, `-`, `_` and `.`.
    ConfigKey,
}

impl<'t> Table<'t> {
    /// A text of the table.
    #[inline]
    pub fn text(&self, name: Name) -> &'t str {
        let start = usize::from(name.start);
        self.names.get(start..start + usize::from(name.length)).unwrap_or_default()
    }

    /// A type; what takes everything where there is none of that number.
    #[inline]
    pub fn type_of(&self, id: TypeId) -> Type {
        self.types.get(usize::from(id.0)).copied().unwrap_or_default()
    }

    /// A mapping.
    #[inline]
    pub fn mapping(&self, id: MappingId) -> Mapping {
        self.mappings.get(usize::from(id.0)).copied().unwrap_or_default()
    }

    /// The keys of a mapping, in the order of the table.
    #[inline]
    pub fn fields(&self, mapping: Mapping) -> &'t [Field] {
        rows(self.fields, mapping.fields)
    }

    /// What other keys of a mapping may be.
    #[inline]
    pub fn rests(&self, mapping: Mapping) -> &'t [Rest] {
        rows(self.rests, mapping.rests)
    }

    /// The mappings that a mapping may be instead.
    #[inline]
    pub fn variants(&self, mapping: Mapping) -> &'t [Variant] {
        rows(self.variants, mapping.variants)
    }

    /// What is asked of the scalars of a type.
    #[inline]
    pub fn limits(&self, of: Type) -> &'t [Limit] {
        rows(self.limits, of.limits)
    }

    /// The texts of a group.
    pub fn group(&self, group: Rows) -> impl ExactSizeIterator<Item = &'t str> + use<'t> {
        let table = *self;
        rows(self.groups, group).iter().map(move |&name| table.text(name))
    }

    /// The rows of a key of a mapping: most have one.
    #[inline]
    pub fn field(&self, mapping: Mapping, key: &str) -> &'t [Field] {
        let fields = self.fields(mapping);
        let start = fields.partition_point(|field| Self::order(self.text(field.name), key).is_lt());
        let same = |field: &&Field| self.text(field.name) == key;
        let count = fields[start..].iter().take_while(same).count();
        &fields[start..start + count]
    }

    /// How the keys of a mapping are sorted: by their length, then by their bytes. Most comparisons are of two numbers.
    #[inline]
    pub fn order(a: &str, b: &str) -> std::cmp::Ordering {
        a.len().cmp(&b.len()).then_with(|| a.cmp(b))
    }

    /// What an object of an API version and a kind is.
    pub fn root(&self, api_version: &str, kind: &str) -> Option<Root> {
        let key = |root: &Root| (self.text(root.api_version), self.text(root.kind));
        let found = self.roots.binary_search_by(|root| key(root).cmp(&(api_version, kind)));
        found.ok().map(|index| self.roots[index])
    }
}

/// Some rows; none where they do not lie in the table.
#[inline]
fn rows<T>(all: &[T], rows: Rows) -> &[T] {
    let first = usize::from(rows.first);
    all.get(first..first + usize::from(rows.count)).unwrap_or_default()
}
