//! Writes the tables of `schemas/` from the packages of `schemas/SOURCE.md`. Run by `schemas/generate`, which fetches them.

mod actions;
mod compose;
mod facts;
mod history;
mod kubernetes;
mod resources;
mod source;

use plimsoll::schema::build::Built;
use std::path::Path;
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Takes the folder to write to, one for what stands between, and those of the packages.
fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [out, work, package, schemastore, workflows] = arguments.as_slice() else {
        return Err("usage: tables OUT WORK KUBERNETES SCHEMASTORE WORKFLOWS".into());
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
    write(out, "kubernetes", &kubernetes::table(&documents)?)?;
    write(out, "compose", &compose::table(Path::new(schemastore))?)?;
    write(out, "workflows", &actions::table(Path::new(workflows))?)
}

/// Writes a table under its name.
fn write(out: &Path, name: &str, built: &Built) -> Result<()> {
    println!("{name}.rs: {}", source::sizes(&built.table()));
    fs::write(out.join(name).with_extension("rs"), source::table(&built.table()))?;
    Ok(())
}
