//! Which kinds each version of Kubernetes serves: read from the sources of `k8s-openapi`, which holds one `impl crate::Resource`
//! for each of them in a folder for each minor version.

use crate::Result;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The minor versions that serve each kind, by API version and kind, and where its objects live.
pub type Resources = BTreeMap<(String, String), Resource>;

/// One kind of one API version.
#[derive(Default)]
pub struct Resource {
    /// The minor versions whose specification has it, rising.
    pub minors: Vec<u32>,
    /// Whether an object of it belongs to a namespace; `None` where it is part of another object.
    pub namespaced: Option<bool>,
}

/// Reads the sources of every `k8s-openapi` that the manifest of this generator names.
pub fn read() -> Result<Resources> {
    let mut resources = Resources::new();
    for (minor, folder) in minors()? {
        for file in files(&folder)? {
            let text = fs::read_to_string(&file)?;
            for part in text.split("impl crate::Resource for ").skip(1) {
                let body = &part[..part.find("\n}").unwrap_or(part.len())];
                let constant =
                    |name| quoted(body, name).ok_or_else(|| format!("no {name} in {}", file.display()));
                let key = (constant("API_VERSION")?, constant("KIND")?);
                let resource = resources.entry(key).or_default();
                if resource.minors.last() != Some(&minor) {
                    resource.minors.push(minor);
                }
                resource.namespaced = match body {
                    body if body.contains("::NamespaceResourceScope") => Some(true),
                    body if body.contains("::ClusterResourceScope") => Some(false),
                    _ => None,
                };
            }
        }
    }
    Ok(resources)
}

/// The value of a string constant in the body of an `impl`.
fn quoted(body: &str, constant: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("const {constant}: "))?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// The folder of each minor version, of the newest release that has it.
fn minors() -> Result<BTreeMap<u32, PathBuf>> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--locked", "--all-features", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let mut releases: Vec<(u32, &Path)> = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        if package["name"] == "k8s-openapi"
            && let (Some(version), Some(path)) =
                (package["version"].as_str(), package["manifest_path"].as_str())
        {
            let minor = version.split('.').nth(1).ok_or("a version without a minor")?.parse()?;
            releases.push((minor, Path::new(path)));
        }
    }
    releases.sort_unstable();
    let mut minors = BTreeMap::new();
    for (_, manifest) in releases {
        for entry in fs::read_dir(manifest.with_file_name("src"))? {
            let entry = entry?;
            if let Some(minor) = entry.file_name().to_string_lossy().strip_prefix("v1_") {
                minors.insert(minor.parse()?, entry.path());
            }
        }
    }
    Ok(minors)
}

/// The files under a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}
