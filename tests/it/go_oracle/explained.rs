//! The known differences between the parser and the Go libraries, each with its reason.

/// A difference that has a reason.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Explained {
    /// The file's path below `fixtures` or the corpus, or that of a folder around it, with a `/` at its end.
    pub file: &'static str,
    /// Part of what is different.
    pub fact: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl Explained {
    /// Whether it is about this file.
    pub fn concerns(&self, path: &str) -> bool {
        path == self.file || self.file.ends_with('/') && path.starts_with(self.file)
    }
}

/// All of them. One that is no longer met fails the test as one that is new does.
pub const EXPLAINED: &[Explained] = &[
    Explained {
        file: "consumers/documents.yaml",
        fact: "did not find expected <document start>",
        reason: "kubectl's reader cuts at every `---` line, so that a `%YAML` line becomes a document without content",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "did not find expected ',' or '}'",
        reason: "YAML 1.1: in brackets no plain scalar may hold a `?`",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "did not find expected node content",
        reason: "YAML 1.1: a plain scalar in brackets cannot begin with `:`",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "did not find expected key",
        reason: "go-yaml has no empty key without `?`",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: r#"invalid map key: []interface {}{"a", "b"}"#,
        reason: "a Go map has no lists for keys",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "unsupported map key of type: %!s(<nil>)",
        reason: "JSON has no null for a key",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "json: unsupported value: +Inf",
        reason: "JSON has no infinity",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "found a tab character that violates indentation",
        reason: "YAML 1.2 takes a line of white space for an empty one, whatever it consists of",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "cannot decode !!str `text` as a !!int",
        reason: "a tag that does not fit its text is not checked here",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "invalid base64 data",
        reason: "a tag that does not fit its text is not checked here",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "did not find expected alphabetic or numeric character",
        reason: "YAML 1.1: names of anchors are letters, digits, `-` and `_`",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "did not find expected whitespace or line break",
        reason: "YAML 1.1: a tag holds no `#`",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: "unsupported map key of type: uint64",
        reason: "sigs.k8s.io/yaml makes no key of an integer past 63 bits",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: r#"."k": int 1, there "1""#,
        reason: "a tag of the user's own makes a string of a scalar in Go, and changes nothing here",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: r#"."k": null, there """#,
        reason: "a tag of the user's own makes a string of a scalar in Go, and changes nothing here",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: r#""aGk=", there "hi""#,
        reason: "binary text is not decoded here",
    },
    Explained {
        file: "consumers/beyond-go.yaml",
        fact: r#""text: at the margin", there """#,
        reason: "YAML 1.1: the lines of a block scalar are indented, also where it is the whole document",
    },
    Explained {
        file: "general/GoogleCloudPlatform+microservices-demo/kustomize/components/google-cloud-operations/otel-collector.yaml",
        fact: r#""collector-gateway-config-template.yaml": "receivers:"#,
        reason: "kubectl's reader ends a last line that has no line break; a block scalar there gains one",
    },
];
