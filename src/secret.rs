//! What must never be printed: which names promise a secret, and where the secrets of a file stand. In doubt a value counts as one.

mod name;
mod shape;
mod text;
mod tree;

pub use name::{secret_name, secret_option, words};

use crate::source::{SourceFile, Span};
use crate::yaml::Document;
use std::borrow::Cow;

/// What is printed in the place of a secret, whatever its length.
pub const MASK: &str = "***";

/// Shortest secret, in bytes, that is looked for outside its own place: shorter ones would mask innocent words.
pub const SHORTEST: usize = 4;

/// Spans of the secrets in a file, sorted and disjoint, without quotes and surrounding white space, line by line.
///
/// They are the literal values of entries with secret names ([`secret_name`]) wherever these stand (mappings, lists, `name`/`value`
/// pairs, assignments, flags, comments), the data of Kubernetes Secrets, passwords in URLs, private keys, and well-known shapes of
/// tokens. References (`${{ … }}`, `${X}`, `$(X)`, `{{ … }}`) are no secrets, but their literal defaults are.
pub fn secret_spans<'d>(file: &SourceFile, documents: impl IntoIterator<Item = &'d Document>) -> Vec<Span> {
    let mut spans = Vec::new();
    text::assignments(&file.text, text::Reading::of(&file.path), &mut spans);
    shape::shapes(&file.text, &mut spans);
    documents.into_iter().for_each(|document| tree::entries(document, &mut spans));
    disjoint(spans)
}

/// Masks what looks like a secret by itself in a text without a place in a file: messages, helps, labels.
pub fn mask(text: &str) -> Cow<'_, str> {
    let mut spans = Vec::new();
    text::assignments(text, text::Reading::Prose, &mut spans);
    shape::shapes(text, &mut spans);
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for span in disjoint(spans) {
        masked.push_str(Span::new(at, span.start).of(text));
        masked.push_str(MASK);
        at = span.end;
    }
    masked.push_str(Span::new(at, text.len() as u32).of(text));
    Cow::Owned(masked)
}

/// What tokens of well-known issuers begin with.
pub const ISSUED: &[&str] = shape::ISSUED_PREFIXES;

/// Where tokens of well-known issuers stand in a text.
pub fn tokens(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    shape::TOKEN.find_iter(text).map(|found| found.range())
}

/// Spans in order, those that share a byte made one, empty ones left out.
pub fn disjoint(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn masked(path: &str, text: &str) -> String {
        let file = SourceFile::new(path, text);
        let document = yaml::parse(text, yaml::Options::default());
        let document = path.ends_with("yaml").then_some(&document);
        let mut out = String::new();
        let mut at = 0;
        for span in secret_spans(&file, document) {
            out.push_str(Span::new(at, span.start).of(text));
            out.push_str(MASK);
            at = span.end;
        }
        out + Span::new(at, text.len() as u32).of(text)
    }

    #[test]
    fn values_of_secret_entries_are_masked_in_every_style() {
        let yaml = "a:\n  DB_PASSWORD: hunter2 # why\n  api-key: 'it''s'\n  jwtSecret: \"a b\"\n  tokens:\n    - one\n    - two\n\
                    \x20 client_secret: |\n    first line\n      second\n  f: {password: x y, user: me}\n";
        assert_eq!(
            masked("a.yaml", yaml),
            "a:\n  DB_PASSWORD: *** # why\n  api-key: '***'\n  jwtSecret: \"***\"\n  tokens:\n    - ***\n    - ***\n\
             \x20 client_secret: |\n    ***\n      ***\n  f: {password: ***, user: me}\n"
        );
    }

    #[test]
    fn pairs_are_masked_in_either_order() {
        let yaml = "env:\n  - name: X_PASSWORD\n    value: one\n  - value: two\n    name: Y_TOKEN\n  - name: PORT\n    value: open\n";
        let expected = yaml.replace("one", MASK).replace("two", MASK);
        assert_eq!(masked("a.yaml", yaml), expected);
        assert_eq!(masked("templates/a.tpl", yaml), expected, "also where nothing is parsed");
    }

    #[test]
    fn an_alias_masks_what_it_stands_for() {
        assert_eq!(masked("a.yaml", "x: &pw hunter2\nPASSWORD: *pw\n"), "x: &pw ***\nPASSWORD: *pw\n");
    }

    #[test]
    fn data_of_secrets_is_masked_whatever_its_keys() {
        let yaml = "kind: Secret\nmetadata: {name: s}\ndata:\n  color: aHVudGVyMg==\nstringData:\n  note: >-\n    more\n    words\n";
        let expected = "kind: Secret\nmetadata: {name: s}\ndata:\n  color: ***\nstringData:\n  note: >-\n    ***\n    ***\n";
        assert_eq!(masked("a.yaml", yaml), expected);
    }

    /// What is hidden is in capitals.
    fn hides_capitals(path: &str, text: &str) {
        let words = text.split_inclusive(|c: char| !c.is_ascii_uppercase());
        let hidden = |word: &str| {
            let capitals = word.trim_end_matches(|c: char| !c.is_ascii_uppercase());
            if capitals.len() < 4 { word.to_owned() } else { [MASK, &word[capitals.len()..]].concat() }
        };
        assert_eq!(masked(path, text), words.map(hidden).collect::<String>());
    }

    #[test]
    fn data_of_secrets_of_the_wrong_type_or_place_is_masked() {
        for text in [
            "kind: Secret\nstringData: {cert: [HUNTER], more: {a: HUNTER, b: [{c: HUNTER}]}}",
            "kind: Secret\ndata: HUNTER",
            "kind: Secret\ndata: [HUNTER, {d: [HUNTER]}]",
            "kind: Secret\nstringdata: {cert: HUNTER}",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: x, labels: {a: b}}\ntype: Opaque\ncert: HUNTER",
            "kind: Secret\nmetadata:\n  name: x\n  stringData: {cert: HUNTER}",
            "items: [{kind: Secret, stringdata: {cert: HUNTER}}, {kind: Secret, metadata: {name: x}, cert: HUNTER}]",
            "x: &c {data: [HUNTER]}\nkind: Secret\nmetadata: {}\n<<: *c",
        ] {
            hides_capitals("a.yaml", text);
        }
    }

    #[test]
    fn what_only_refers_to_a_secret_stays() {
        for text in [
            "certificateRefs: [{group: core, kind: Secret, name: web-tls}]",
            "generate: {apiVersion: v1, kind: Secret, name: regcred, clone: {namespace: default, name: regcred}}",
            "apiVersion: secretsmanager.aws.crossplane.io/v1beta1\nkind: Secret\nspec: {forProvider: {region: eu}}",
            "kind: Secret\nmetadata: {name: x, annotations: {note: text}}\ntype: kubernetes.io/tls\nimmutable: false",
            "env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password, optional: true}}}]",
            "env:\n  - name: DB_PASSWORD\n    valuefrom:\n      secretkeyref:\n        name: db\n        key: password",
            "containers: [{name: auth, image: registry/auth, ports: [{name: http, containerPort: 8080}]}]",
            "matchExpressions: [{key: token, operator: In, values: [a, b]}]",
            "env:\n  name: auth\n  credentials:\n    secretName: db\n    user: me",
        ] {
            assert_eq!(masked("a.yaml", text), text);
        }
    }

    #[test]
    fn what_stands_beside_a_secret_name_is_masked_under_any_key() {
        for text in [
            "- {name: db-password, valu: HUNTER, ports: [http]}",
            "- {name: db-password, Value: [HUNTER, {a: HUNTER}]}",
            "env: [{name: db-password, content: [HUNTER]}, {nme: api-token, content: HUNTER, required: true}]",
            "env: [{name: db-password, valueFrom: HUNTER}, {name: db-token, valueFrom: {value: HUNTER}}]",
            "env: {name: db-password, valu: HUNTER}",
            "inputs:\n  token:\n    defalt: HUNTER\n    type: string",
            "args: [--password, [HUNTER]]",
        ] {
            hides_capitals("a.yaml", text);
        }
        let text = "environment:\n  DB_CREDENTIALS:\n    user: me\n    pw: hunter2\n";
        let expected = "environment:\n  DB_CREDENTIALS:\n    user: ***\n    pw: ***\n";
        assert_eq!(masked("a.yaml", text), expected);
    }

    #[test]
    fn keys_and_brackets_of_flow_collections_stay() {
        for text in [
            "volumes: [{name: tls, secret: {name: tls-cert}}]",
            "volumes: [{name: tls, secret: {secretname: HUNTER}}]",
            "secretGenerator: [{name: a, literals: [\"password=HUNTER\"]}]",
            "on: {workflow_call: {secrets: {token: {requird: true}}}}",
            "credentials: {usrname: me, password: HUNTER}",
            "credentials: &c !x {usrname: me, passwrd: HUNTER}",
            "token: {{ .Values.token | quote }}",
            "# see password: [HUNTER]",
            "\"secret\": {\"name\": \"x\", \"token\": \"HUNTER\"}",
        ] {
            hides_capitals("a.yaml", text);
            hides_capitals("templates/a.yaml", text);
        }
        assert_eq!(masked("templates/a.yml", "tokens: [\"a b\", c]"), "tokens: [***]");
        assert_eq!(masked("a.yaml", "tokens: [a, [b]]"), "tokens: [***]");
        assert_eq!(masked("a.sh", "password: {hunter2"), "password: ***", "no YAML, no collection");
    }

    #[test]
    fn items_and_flags_are_masked() {
        let yaml = "environment:\n  - DB_PASSWORD=two words\n  - PORT=80\ncommand: [serve, --api-token, abc, --pass, def, \"--pwd=ghi\", --verbose]\n";
        assert_eq!(
            masked("a.yaml", yaml),
            "environment:\n  - DB_PASSWORD=***\n  - PORT=80\ncommand: [serve, --api-token, ***, --pass, ***, \"--pwd=***\", --verbose]\n"
        );
    }

    #[test]
    fn lines_of_scripts_are_masked_up_to_the_end_of_the_word() {
        for (line, expected) in [
            ("export DB_PASSWORD=hunter2", "export DB_PASSWORD=***"),
            ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=*** psql -h db"),
            ("TOKEN='a b' curl x", "TOKEN='***' curl x"),
            ("login --password=hunter2 --user me", "login --password=*** --user me"),
            ("login --password hunter2 --user me", "login --password *** --user me"),
            ("login --pass hunter2 --pwd=hunter2 me", "login --pass *** --pwd=*** me"),
            ("curl -H \"X-Api-Key: abc\" https://h", "curl -H \"X-Api-Key: ***\" https://h"),
            ("curl -H \"Authorization: token abc\"", "curl -H \"Authorization: token ***\""),
            ("MAKE_TOKEN := a b", "MAKE_TOKEN := ***"),
            ("ENV DB_PASSWORD hunter2", "ENV DB_PASSWORD ***"),
            ("requirepass hunter2", "requirepass ***"),
            ("  masterauth \"a b\" # x", "  masterauth \"***\" # x"),
            ("ARG API_TOKEN=abc", "ARG API_TOKEN=***"),
            ("# PASSWORD: hunter2", "# PASSWORD: ***"),
            ("x = {\"password\": \"hunter2\", \"a\": 1}", "x = {\"password\": \"***\", \"a\": 1}"),
        ] {
            assert_eq!(masked("run.sh", line), expected);
        }
        assert_eq!(masked("prod/.env", "DB_PASSWORD=two words\n"), "DB_PASSWORD=***\n");
    }

    #[test]
    fn references_stay_and_their_defaults_do_not() {
        for (line, expected) in [
            ("PASSWORD: ${{ secrets.DB_PASSWORD }}", "PASSWORD: ${{ secrets.DB_PASSWORD }}"),
            ("PASSWORD: ${DB_PASSWORD}", "PASSWORD: ${DB_PASSWORD}"),
            ("PASSWORD: ${DB_PASSWORD:-changeme}", "PASSWORD: ${DB_PASSWORD:-***}"),
            ("PASSWORD: ${DB_PASSWORD:?must be set}", "PASSWORD: ${DB_PASSWORD:?must be set}"),
            ("URL: x-${A_TOKEN:-changeme}-y", "URL: x-${A_TOKEN:-***}-y"),
            ("PASSWORD: pre-${X}", "PASSWORD: ***${X}"),
            ("PASSWORD: $(DB_PASSWORD)", "PASSWORD: $(DB_PASSWORD)"),
            ("PASSWORD=$(cat /run/secrets/db)", "PASSWORD=$(cat /run/secrets/db)"),
            ("PASSWORD: {{ .Values.password | quote }}", "PASSWORD: {{ .Values.password | quote }}"),
            ("URL: redis://:${REDIS_PASSWORD}@redis:6379", "URL: redis://:${REDIS_PASSWORD}@redis:6379"),
        ] {
            assert_eq!(masked("a.yaml", line), expected);
            assert_eq!(masked("a.tpl", line), expected);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for line in [
            "automountServiceAccountToken: true",
            "password: ''",
            "password: null",
            "pin_token: 42",
            "id-token: write",
            "secretName: db-credentials",
            "existingSecret: db-credentials",
            "secretKeyRef: {name: db, key: password}",
            "secrets: [db_password]",
            "JWT_ALGORITHM: HS256",
            "ACCESS_TOKEN_EXPIRE_MINUTES: 1440",
            "LLM_MAX_TOKENS: 4096",
            "image: registry:5000/team/app@sha256:abc",
            "auth:\n  enabled: yes",
            "API_KEY:   # from the vault",
            "credentials: &credentials\n  user: me",
            "docker login -u AWS --password-stdin \"$1\"",
            "serve --token \"$1\"",
            "create-token.js: |\n  const a = 1;",
        ] {
            assert_eq!(masked("a.yaml", line), line);
        }
    }

    #[test]
    fn shapes_are_masked_without_a_name() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\n  MIIabc\n  def==\n-----END RSA PRIVATE KEY-----\n";
        let hidden = "-----BEGIN RSA PRIVATE KEY-----\n  ***\n  ***\n-----END RSA PRIVATE KEY-----\n";
        assert_eq!(masked("notes.md", key), hidden);
        assert_eq!(masked("a.sh", "psql postgres://me:p@ss@db/x"), "psql postgres://me:***@db/x");
        let token = format!("ghp_{}", "a1".repeat(18));
        assert_eq!(masked("a.md", &format!("see {token}.")), "see ***.");
        assert_eq!(mask("env `DB_PASSWORD=hunter2` is set"), "env `DB_PASSWORD=***` is set");
        assert_eq!(mask("container `web` has no probe"), "container `web` has no probe");
    }

    #[test]
    fn hostile_repetitions_take_linear_time() {
        for pattern in [
            "password:",
            "password: $",
            "X_TOKEN=`",
            "${X_TOKEN:-",
            "{\"password\":\"x\",",
            "\\\"password\\\":\\\"x",
            "password: |\n",
            "password: |",
            "password: [",
            "password: [${A",
            "{password: &a {",
            "password: &",
            "--token ",
            "a://b:c",
            "a://b:c@",
            "Bearer ",
            "-----BEGIN PRIVATE KEY-----",
            "eyJaaaaaaaaa.",
        ] {
            let seconds = |path: &str, bytes: usize| {
                let file = SourceFile::new(path, pattern.repeat(bytes / pattern.len()));
                let start = cpu_time::ThreadTime::now();
                let spans = secret_spans(&file, None);
                assert!(spans.len() <= file.text.len());
                start.elapsed().as_secs_f64()
            };
            for path in ["a.sh", "a.yaml"] {
                seconds(path, 1000);
                let (short, long) = (seconds(path, 20_000), seconds(path, 160_000));
                assert!(
                    long < 30.0 * short + 0.005,
                    "{path}: {pattern:?}: {short} s, then {long} s for 8 times the text"
                );
            }
        }
    }
}
