//! Secrets planted wherever a deployment may hold them: none may be in any output, and every one's surroundings must.

use super::Case;
use plimsoll::source::{Place, Span};

/// Path, text with `CANARY` where the secret stands, and what must still be readable.
pub const PLANTED: &[(&str, &str, &str)] = &[
    ("a.yaml", "DB_PASSWORD: CANARY\n", "DB_PASSWORD"),
    ("b.yaml", "db: {user: me, password: 'CANARY'}\n", "user: me"),
    ("c.yaml", "apiKey: \"CANARY\" # rotate\n", "# rotate"),
    ("d.yaml", "client_secret: |\n  one CANARY\n  two CANARY\n", "client_secret"),
    ("e.yaml", "jwtSecret: >-\n  one\n  CANARY\n", "jwtSecret"),
    ("f.yaml", "tokens:\n  - CANARY\n  - CANARY\n", "tokens"),
    ("g.yaml", "env:\n  - name: X_PASSWORD\n    value: CANARY\n", "X_PASSWORD"),
    ("h.yaml", "env:\n  - value: CANARY\n    name: X_PASSWORD\n", "X_PASSWORD"),
    ("i.yaml", "environment:\n  - X_PASSWORD=CANARY with words\n", "X_PASSWORD="),
    ("j.yaml", "environment:\n  - \"X_TOKEN=CANARY\"\n", "X_TOKEN="),
    ("k.yaml", "kind: Secret\nstringData:\n  color: CANARY\n", "color"),
    ("l.yaml", "kind: Secret\ndata:\n  color: CANARY\n", "color"),
    ("m.yaml", "items:\n  - kind: Secret\n    data: {color: CANARY}\n", "color"),
    ("n.yaml", "# PASSWORD: CANARY\na: 1\n", "a: 1"),
    ("o.yaml", "a: 1\n# export API_KEY=CANARY\n", "API_KEY"),
    ("p.yaml", "PASSWORD: ${DB_PASSWORD:-CANARY}\n", "${DB_PASSWORD:-"),
    ("q.yaml", "url: x/${A_TOKEN:-CANARY}/y\n", "/y"),
    ("r.yaml", "url: postgres://me:CANARY@db:5432/x\n", "@db:5432/x"),
    ("s.yaml", "url: redis://:CANARY@redis\n", "@redis"),
    ("t.yaml", "x: &pw CANARY\nPASSWORD: *pw\n", "PASSWORD: *pw"),
    ("u.yaml", "command: [serve, --api-token, CANARY, --verbose]\n", "--verbose"),
    ("v.yaml", "args:\n  - --password\n  - CANARY\n  - --debug\n", "--debug"),
    ("w.yaml", "args:\n  - --password=CANARY\n  - --debug\n", "--debug"),
    ("x.yaml", "run: |\n  export DB_PASSWORD=CANARY\n  make\n", "make"),
    ("y.yaml", "run: |\n  curl -H \"Authorization: Bearer CANARY\" https://h\n", "https://h"),
    ("z.yaml", "inputs:\n  db-password:\n    default: CANARY\n", "db-password"),
    ("aa.yaml", "broken: [\nPASSWORD: CANARY\n", "PASSWORD"),
    ("ab.yaml", "\"pass\\u0077ord\": CANARY\n", "ord"),
    ("ac.yaml", "redis:\n  auth: CANARY\n", "auth"),
    ("ad.yaml", "minio:\n  secretKey: CANARY\n", "secretKey"),
    ("templates/a.yaml.tpl", "password: CANARY {{ .Values.x }}\n", "{{ .Values.x }}"),
    ("templates/b.tpl", "- name: X_PASSWORD\n  value: \"CANARY\"\n", "X_PASSWORD"),
    ("templates/c.tpl", "data:\n  password: |\n    CANARY\n  b: 2\n", "b: 2"),
    ("run.sh", "PGPASSWORD=CANARY psql -h db\n", "psql -h db"),
    ("run2.sh", "login --user me --password CANARY --now\n", "--now"),
    ("run3.sh", "login --password='CANARY' --now\n", "--now"),
    ("run4.sh", "curl -u me:CANARY https://h\n", "https://h"),
    ("run5.sh", "curl -H 'X-Api-Key: CANARY' https://h\n", "https://h"),
    ("Makefile", "API_TOKEN ?= CANARY\nall:\n", "all:"),
    ("Dockerfile", "ENV DB_PASSWORD CANARY\nARG X_TOKEN=CANARY\n", "ARG X_TOKEN"),
    (".env", "DB_PASSWORD=CANARY and words\nPORT=80\n", "PORT=80"),
    ("a.json", "{\"a\": 1, \"password\": \"CANARY\", \"b\": 2}\n", "\"b\": 2"),
    ("b.sh", "x='{\\\"password\\\": \\\"CANARY\\\"}'\n", "password"),
    (
        "key.pem",
        "-----BEGIN RSA PRIVATE KEY-----\nCANARY\nCANARY\n-----END RSA PRIVATE KEY-----\n",
        "-----END",
    ),
    ("README.md", "Send `Authorization: Bearer CANARY` and wait.\n", "and wait"),
];

/// Not a word of the files, and shaped like a token in no way but its digits.
pub const CANARY: &str = "tr0ub4dor-and-3-canaries";

pub fn planted(text: &str) -> String {
    text.replace("CANARY", CANARY)
}

#[test]
fn no_planted_secret_is_in_any_output() {
    for (path, text, kept) in PLANTED {
        let text = planted(text);
        let mut case = Case::default();
        let file = case.file(path, &text);
        let whole = Span::from(0..text.len());
        let secret = case.at(file, CANARY);
        let kept_place = case.at(file, kept);
        for place in [Place { file, span: whole }, secret, kept_place] {
            let message = format!("found `{CANARY}`");
            let label = format!("here is {CANARY}");
            // A message may repeat the secret only where its label marks it: that is how a rule comes to know it.
            let (message, label) = if place == secret { (&*message, &*label) } else { ("found", "here") };
            case.find("rule", place, message, label).help = Some("do something".into());
        }
        for (format, output) in case.all() {
            assert!(!output.contains(CANARY), "{format} shows the secret of {path}:\n{output}");
            assert!(!output.contains("canaries"), "{format} shows a part of the secret of {path}:\n{output}");
        }
        let full = case.full();
        assert!(full.contains(kept), "{kept:?} of {path} is hidden without need:\n{full}");
    }
}

#[test]
fn references_to_secrets_can_be_read() {
    let mut case = Case::default();
    let text = "env:\n  TOKEN: ${{ secrets.TOKEN }}\n  PASSWORD: $(DB_PASSWORD)\n  API_KEY: ${API_KEY}\n";
    let file = case.file("a.yaml", text);
    let place = case.at(file, "PASSWORD");
    case.find("rule", place, "message", "label");
    let full = case.full();
    for line in text.lines() {
        assert!(full.contains(line) || line == "env:", "{line:?} is hidden without need:\n{full}");
    }
}
