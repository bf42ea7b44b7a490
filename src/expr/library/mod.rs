//! Types that expressions know beside those of CEL. Kubernetes' own (quantities, versions, URLs, named formats) are plain Rust; what
//! expressions make of them stands in `functions`. Images and commands are facts that a text is taken apart into.

pub(super) mod command;
pub(super) mod image;
pub(super) mod named;
pub(super) mod quantity;
pub(super) mod semver;
pub(super) mod url;

/// Declares a record and the function that derives its facts at once, so that a name, its type, its doc and its value stand together.
macro_rules! made {
    ($record:ident = $name:literal, $facts:ident<$a:lifetime>($this:ident: $of:ty) {
        $( $(#[doc = $doc:literal])+ $field:literal: $type:expr => $value:expr; )*
    }) => {
        #[doc = concat!("The facts of `", $name, "`.")]
        pub static $record: $crate::expr::Record = $crate::expr::Record::new(
            $name,
            &[$( $crate::expr::Field { name: $field, of: $type, doc: concat!($($doc),+) } ),*],
        );

        fn $facts<$a>($this: $of) -> Box<[$crate::expr::Value<$a>]> {
            Box::new([$( $value ),*])
        }
    };
}
use made;
