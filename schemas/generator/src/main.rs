//! Writes the tables of `schemas/` from the packages of `schemas/SOURCE.md`. Run by `schemas/generate`, which fetches them.

mod facts;
mod history;
mod kubernetes;
mod resources;

use std::path::Path;
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Takes the folder with the unpacked packages and the folder to write to.
fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [packages, out] = arguments.as_slice() else {
        return Err("usage: tables PACKAGES OUT".into());
    };
    let (packages, out) = (Path::new(packages), Path::new(out));
    let facts = facts::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../kubernetes.yaml"))?;
    let resources = resources::read()?;
    fs::write(
        out.join("apis.rs"),
        history::table(&resources, facts["apis"].as_array().ok_or("kubernetes.yaml has no `apis`")?)?,
    )?;
    let fields = facts["fields"].as_object().ok_or("kubernetes.yaml has no `fields`")?;
    for (minor, document) in kubernetes::definitions(&packages.join("kubernetes"), &resources, fields)? {
        fs::write(packages.join(format!("kubernetes-1.{minor}.json")), document.to_string())?;
    }
    Ok(())
}
