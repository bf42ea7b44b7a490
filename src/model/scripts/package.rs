//! The `scripts` of a `package.json`, which package managers run in a shell.
//! <https://docs.npmjs.com/cli/using-npm/scripts>

use super::{Found, Host, Language, Script, Written};
use crate::model::facts::{FileFacts, Owner};
use crate::yaml::{Kind, Node};

/// Finds the scripts of a package.
pub(super) fn find<'m>(file: FileFacts<'m>, found: &mut Found<'m>) {
    let Some(document) = &file.artifact.document else { return };
    for entry in document.roots().filter_map(|root| root.get("scripts")).flat_map(Node::entries) {
        let value = entry.value.resolve();
        if value.kind() == Kind::Scalar {
            let owner = Owner::named("package", Some(entry.key));
            let host = Host::Package { name: entry.key };
            if found.affords([value], host, owner) {
                let written = Written::Node(value);
                found.scripts.push(Script::new(value.text(), written, Language::BASH, host, owner));
            }
        }
    }
}
