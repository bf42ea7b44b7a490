//! Writes the tables of `schemas/` from the packages of `schemas/SOURCE.md`. Run by `schemas/generate`, which fetches them.

mod actions;
mod facts;
mod history;
mod kubernetes;
mod resources;
mod source;

use std::path::Path;
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Takes the folder to write to, one for what stands between, and those of the packages.
fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [out, work, package, workflows] = arguments.as_slice() else {
        return Err("usage: tables OUT WORK KUBERNETES WORKFLOWS".into());
    };
    let (out, work) = (Path::new(out), Path::new(work));
    let facts = facts::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../kubernetes.yaml"))?;
    let versions = facts["apis"].as_array().ok_or("kubernetes.yaml has no `apis`")?;
    let fields = facts["fields"].as_object().ok_or("kubernetes.yaml has no `fields`")?;
    let resources = resources::read()?;
    fs::write(out.join("apis.rs"), history::table(&resources, versions)?)?;
    let documents = kubernetes::definitions(Path::new(package), &resources, fields)?;
    for (minor, document) in &documents {
        fs::write(work.join(format!("kubernetes-1.{minor}.json")), document.to_string())?;
    }
    let built = kubernetes::table(&documents)?;
    println!("kubernetes.rs: {}", source::sizes(&built.table()));
    fs::write(out.join("kubernetes.rs"), source::table(&built.table()))?;
    let built = actions::table(Path::new(workflows))?;
    println!("workflows.rs: {}", source::sizes(&built.table()));
    fs::write(out.join("workflows.rs"), source::table(&built.table()))?;
    Ok(())
}
