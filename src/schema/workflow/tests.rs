//! What the checks of this folder say, each on the least file that shows it.

use crate::schema::testing;

const PATH: &str = ".github/workflows/a.yml";

/// What the grammar, which has tests of its own, says of workflows that are not complete, by check and words.
const GRAMMAR: [(&str, &str); 7] = [
    ("missing-key", "` has no `"),
    ("missing-key", "this file has no"),
    ("missing-key", "` has neither `"),
    ("unknown-key", "unknown key `"),
    ("exclusive-keys", " does not go with "),
    ("invalid-value", "` is empty"),
    ("unavailable-context", "this key takes no expression"),
];

/// The findings in some files but those of the grammar, none of which may say a second time what is said of a place.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let is = |line: &str, check: &str| line.split(' ').nth(1) == Some(check);
    let is_grammar =
        |line: &String| GRAMMAR.iter().any(|&(check, words)| is(line, check) && line.contains(words));
    let (grammar, own): (Vec<String>, Vec<String>) = testing::found(files).into_iter().partition(is_grammar);
    for line in &own {
        let place = line.split(' ').next();
        // What a job lacks is said at its id.
        let twice =
            grammar.iter().find(|other| other.split(' ').next() == place && !is(other, "missing-key"));
        assert_eq!(twice, None, "{line}");
    }
    own
}

/// The findings in one workflow, without its path.
fn of(text: &str) -> Vec<String> {
    let lines = found(&[(PATH, text)]);
    lines.into_iter().map(|line| line[PATH.len() + 1..].to_owned()).collect()
}

/// The findings in a workflow with one job, whose keys are given by lines.
fn job(body: &str) -> Vec<String> {
    let body = body.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>().concat();
    of(&format!("on: push\njobs:\n  a:\n{body}"))
}

/// The findings in a workflow with one job on Linux, whose steps are given by lines.
fn steps(items: &str) -> Vec<String> {
    let items = items.lines().map(|line| format!("  {line}\n")).collect::<Vec<_>>().concat();
    job(&format!("runs-on: ubuntu-latest\nsteps:\n{items}"))
}

/// The findings in a workflow with such events, given by lines.
fn on(events: &str) -> Vec<String> {
    let events = events.lines().map(|line| format!("  {line}\n")).collect::<Vec<_>>().concat();
    of(&format!("on:\n{events}jobs: {{}}\n"))
}

#[test]
fn ids_have_a_form_and_stand_once_whatever_their_case() {
    assert_eq!(
        of("on: push\njobs:\n  1st: {}\n  a.b: {}\n  __c: {}\n  ok-1_: {}\n  OK-1_: {}\n"),
        [
            "3:3 invalid-value \"1st\": `1st` is no id of a job | an id starts with a letter or `_` and goes on with letters, digits, `-` and `_`",
            "4:3 invalid-value \"a.b\": `a.b` is no id of a job | an id starts with a letter or `_` and goes on with letters, digits, `-` and `_`",
            "5:3 invalid-value \"__c\": `__c` is no id of a job: GitHub keeps those with `__` for itself | use one `_`",
            "7:3 duplicate-item \"OK-1_\": job `OK-1_` is there as `ok-1_` already: case makes no difference | remove one of the two, or give it another name",
        ]
    );
    assert_eq!(
        steps("- {id: x, run: a}\n- {id: 'X', run: a}\n- {id: x, run: b}\n- {id: y z}\n- {id: }\n- {id: }"),
        [
            "7:15 duplicate-item \"X\": two steps have the id `X`: case makes no difference | give each step an id of its own: `steps.ID` refers to it",
            "8:14 duplicate-item \"x\": two steps have the id `x` | give each step an id of its own: `steps.ID` refers to it",
            "9:14 invalid-value \"y z\": `y z` is no id of a step | an id starts with a letter or `_` and goes on with letters, digits, `-` and `_`",
        ]
    );
    assert_eq!(of(&format!("jobs: {{{}: {{}}}}", "a".repeat(99))), Vec::<String>::new());
    assert!(of(&format!("jobs: {{{}: {{}}}}", "a".repeat(100)))[0].contains("has 100 characters"));
}

#[test]
fn steps_beside_one_another_have_ids_of_their_own() {
    assert_eq!(steps("- {id: x, run: a}\n- parallel: [{id: x, run: a}, {id: X, run: b}]").len(), 1);
}

#[test]
fn variables_have_names() {
    assert_eq!(
        job("env: {A: 1, a: 2, 'B=C': 3, D E: 4, \"${{ github.ref }}=\": 5}\nservices: {db: {env: {F=: 1}}}"),
        [
            "4:17 duplicate-item \"a\": variable `a` is there as `A` already: case makes no difference | remove one of the two, or give it another name",
            "4:24 invalid-value \"B=C\": `B=C` is no name of a variable: it contains a `=` | what stands before the `:` is the name alone",
            "4:33 invalid-value \"D E\": no shell can read the variable `D E`: its name contains a space | name it `D_E`",
            "5:27 invalid-value \"F=\": `F=` is no name of a variable: it contains a `=` | what stands before the `:` is the name alone",
        ]
    );
}

#[test]
fn filters_exclude_one_another_and_match_something() {
    assert_eq!(
        on(
            "push:\n  branches: [main, 'v\\d+']\n  branches-ignore: x\n  paths: ./src/**\n  paths-ignore: []\npull_request:\n  paths: ['!docs/**']\n  branches: ['+x', '!x']"
        ),
        [
            "3:24 invalid-value \"\\\\d\": the filter `v\\d+` matches no name: `\\d` has no meaning in it | it is a filter pattern and no regular expression: `*` is any text without `/`, `**` any text, `[0-9]+` a number",
            "4:5 exclusive-keys \"branches-ignore\": `push` has `branches-ignore` beside `branches`, and GitHub takes one of the two | keep `branches`, and take out of it what `branches-ignore` names by patterns that begin with `!`",
            "5:12 invalid-value \"./\": the filter `./src/**` matches no file: paths start at the root of the repository, without `./` | write `src/**`",
            "8:14 invalid-value \"!docs/**\": `paths` only excludes, so that nothing is left that starts the workflow | put `'**'` before it, or name what is excluded under `paths-ignore`, without the `!`",
            "9:17 invalid-value \"+\": the filter `+x` begins with `+`, which has nothing before it to repeat | for the character itself write `\\+`",
        ]
    );
}

#[test]
fn schedules_come_and_not_too_often() {
    assert_eq!(
        on(
            "schedule:\n  - {cron: '0 25 * * *', timezone: Europe/Berln}\n  - cron: '0 0 30 2 *'\n  - {cron: '*/2 * * * *', timezone: UTC}\n  - cron: $cron-daily\n  - {cron: '@hourly', timezone: europe/paris}"
        ),
        [
            "3:17 invalid-value \"25\": `25` is no value in a schedule's hour | it is a number from 0 to 23",
            "3:38 invalid-value \"Europe/Berln\": there is no time zone `Europe/Berln` | did you mean `Europe/Berlin`?",
            "4:14 invalid-value \"0 0 30 2 *\": the schedule `0 0 30 2 *` never comes: no month it names has that day | the third field is the day of the month, the fourth the month",
            "5:15 invalid-value \"*/2 * * * *\": the schedule asks for runs 2 minutes apart | GitHub starts one at most every 5 minutes: `*/5 * * * *`",
            "7:15 invalid-value \"@hourly\": GitHub knows no schedule `@hourly` | write it as five fields: `0 0 * * *` is daily, `0 0 * * 0` weekly, `0 * * * *` hourly",
        ]
    );
}

#[test]
fn inputs_have_defaults_of_their_type() {
    assert_eq!(
        on(
            "workflow_dispatch:\n  inputs:\n    a: {type: choice, options: [dev, prod, dev], default: pord}\n    b: {type: choice}\n    c: {type: boolean, default: 'yes'}\n    d: {type: boolean, default: 'True'}\n    e: {type: number, default: many}\n    f: {options: [x], default: 1}\n    g: {type: choice, options: [1, 2], default: '2'}\n    h: {type: environment, default: x}\nworkflow_call:\n  inputs:\n    a: {type: number, default: \"${{ github.ref }}\"}\n    b: {type: boolean, default: 1, required: true}"
        ),
        [
            "4:46 duplicate-item \"dev\": input `a` has the option `dev` twice | remove one of the two",
            "4:61 invalid-value \"pord\": the default of input `a` is `pord`, which is none of its options | did you mean `prod`?",
            "5:7 missing-key \"b\": input `b` is a choice without options | list what there is to choose from under `options`",
            "6:36 wrong-type \"yes\": `default` must be a boolean, but it is a string | write `true` or `false`",
            "8:34 wrong-type \"many\": `default` must be a number, but it is a string | write a number",
            "9:11 unknown-key \"options\": input `f` has `options`, which only an input of type `choice` has | write `type: choice`, or remove them",
            "15:35 wrong-type \"1\": `default` must be a boolean, but it is an integer | write `true` or `false`",
        ]
    );
    let many = (0..26).map(|at| format!("    i{at}:\n")).collect::<Vec<_>>().concat();
    assert_eq!(
        on(&format!("workflow_dispatch:\n  inputs:\n{many}")),
        [
            "29:7 invalid-value \"i25\": `workflow_dispatch` has 26 inputs, and GitHub takes 25 | put several values into one input, as JSON that `fromJSON` reads",
        ]
    );
}

#[test]
fn a_matrix_has_values_and_excludes_what_it_has() {
    assert_eq!(
        job(
            "strategy:\n  matrix:\n    os: [linux, Windows, linux]\n    py: [3.1, 3.10, '3.1', \"${{ github.ref }}\"]\n    none: []\n    run: [{a: 1, b: 2}, {a: 2}]\n    exclude:\n      - {OS: windows, py: nine}\n      - {os: macos}\n      - {arch: x}\n      - {run: {a: 2}}\n      - {run: {a: 3}}\n      - {run: {a: '1', B: 2}}"
        ),
        [
            "6:30 duplicate-item \"linux\": `os` of the matrix has the value `linux` twice | remove one of the two",
            "7:19 duplicate-item \"3.10\": `py` of the matrix has the number `3.1` twice: `3.10` is the same | put both into quotes, so that they are texts",
            "8:15 invalid-value \"[]\": `none` of the matrix has no values, so that there is no job to run | name at least one value, or remove it",
            "12:18 invalid-value \"macos\": `exclude` takes nothing out: no `os` of this matrix is `macos` | the values are `linux`, `Windows` and `linux`",
            "13:14 undefined-reference \"arch\": `exclude` names `arch`, which is no variable of this matrix | the variables are `os`, `py`, `none` and `run`",
            "15:19 invalid-value \"{a: 3}\": `exclude` takes nothing out: no `run` of this matrix is like this | name one of its values",
        ]
    );
    for open in [
        "{os: [a], exclude: \"${{ github.ref }}\"}",
        "{os: \"${{ github.ref }}\", exclude: [{os: b}]}",
        "{os: [a], exclude: [{os: \"${{ github.ref }}\"}]}",
        "\"${{ github.ref }}\"",
        "{os: [a, \"${{ github.ref }}\"], exclude: [{os: b}]}",
        "{include: [{os: a}]}",
        "{include: \"${{ github.ref }}\"}",
        "{\"${{ github.ref }}\": [a], exclude: [{os: b}]}",
        "{os: [1, true, ''], exclude: [{os: '1'}, {os: 0}, {os: 01}]}",
        "{a: [[1, 2]], exclude: [{a: [1]}]}",
        "{a: [{b: 1}], exclude: [{a: {}}]}",
    ] {
        assert_eq!(job(&format!("strategy: {{matrix: {open}}}")), Vec::<String>::new(), "{open}");
    }
    assert_eq!(
        job("strategy: {matrix: {include: [], exclude: [{a: 1}]}}"),
        [
            "4:16 missing-key \"matrix\": the matrix has neither a variable nor a row under `include` | name a variable and its values, as `os: [ubuntu-latest, windows-latest]`",
        ]
    );
    let values = (0..17).map(|at| at.to_string()).collect::<Vec<_>>().join(", ");
    assert_eq!(
        job(&format!("strategy: {{matrix: {{a: [{values}], b: [{values}]}}}}")),
        [
            "4:16 invalid-value \"matrix\": the matrix makes 289 jobs, and GitHub takes 256 | name fewer values, or exclude some",
        ]
    );
}

#[test]
fn hostile_matrices_cost_little() {
    let bomb = "strategy:\n  matrix:\n    a: [&a [x, x], &b [*a, *a, *a], &c [*b, *b, *b], &d [*c, *c, *c], &e [*d, *d, *d], &f [*e, *e, *e], [*f, *f, *f]]\n    exclude: [{a: *f}, {a: [*f, *f, *e]}, {a: [y]}]";
    assert!(job(bomb).len() < 4);
    let rows = (0..2_000).map(|at| format!("      - {{a: v{at}}}\n")).collect::<Vec<_>>().concat();
    let values = (0..2_000).map(|at| format!("w{at}, ")).collect::<Vec<_>>().concat();
    assert!(job(&format!("strategy:\n  matrix:\n    a: [{values}]\n    exclude:\n{rows}")).len() <= 1_000);
}

#[test]
fn runners_exist_and_are_one_at_a_time() {
    assert_eq!(
        job("runs-on: Ubuntu-20.04"),
        [
            "4:14 invalid-value \"Ubuntu-20.04\": GitHub has retired the runner `Ubuntu-20.04`: a job that asks for it does not start | take `ubuntu-24.04` or `ubuntu-22.04`",
        ]
    );
    assert_eq!(job("runs-on: ${{ matrix.os }}\nstrategy: {matrix: {os: [macos-13-large, ubuntu-latest], include: [{os: windows-2019}]}}").len(), 2);
    assert_eq!(
        job("runs-on: [ubuntu-latest, windows-2022]"),
        [
            "4:30 invalid-value \"windows-2022\": no runner is both `ubuntu-latest` and `windows-2022`, and a list asks for one with all its labels | to run on each of them, put them into a matrix",
        ]
    );
    for own in [
        "[self-hosted, ubuntu-20.04]",
        "{group: x, labels: ubuntu-20.04}",
        "[self-hosted, ubuntu-latest, windows-latest]",
        "ubuntu-99.04",
        "[x, ubuntu-22.04]",
    ] {
        assert_eq!(job(&format!("runs-on: {own}")), Vec::<String>::new(), "{own}");
    }
    let text = "jobs: {a: {runs-on: ubuntu-20.04, steps: [{uses: checkout, shell: x}]}}";
    assert_eq!(
        found(&[(".forgejo/workflows/a.yml", text)]),
        Vec::<String>::new(),
        "other forges name runners as they like"
    );
}

#[test]
fn shells_are_known_or_say_where_the_script_goes() {
    assert_eq!(
        steps(
            "- {run: a, shell: bsh}\n- {run: a, shell: zsh}\n- {run: a, shell: bash -e}\n- {run: a, shell: cmd}\n- {run: a, shell: PowerShell}"
        ),
        [
            "6:25 invalid-value \"bsh\": the runner knows no shell `bsh` | it knows `bash`, `cmd`, `powershell`, `pwsh`, `python` and `sh`; any other program is written as `bsh {0}`",
            "7:25 invalid-value \"zsh\": the runner knows no shell `zsh` | it knows `bash`, `cmd`, `powershell`, `pwsh`, `python` and `sh`; any other program is written as `zsh {0}`",
            "8:25 invalid-value \"bash -e\": the shell `bash -e` has no place for the script | write `bash -e {0}`",
            "9:25 invalid-value \"cmd\": the shell `cmd` is there on Windows only, and the job runs on `ubuntu-latest` | write `bash`, which is there on every runner",
            "10:25 invalid-value \"PowerShell\": the shell `PowerShell` is there on Windows only, and the job runs on `ubuntu-latest` | write `pwsh`, which is there on every runner",
        ]
    );
    let fine = "- {run: a, shell: 'perl {0}'}\n- {run: a, shell: BASH}\n- {run: a, shell: \"${{ github.ref }}\"}\n- {run: a, shell: cmd, if: runner.os == 'Windows'}\n- {run: a, shell: }";
    assert_eq!(
        steps(fine),
        [
            "10:18 wrong-type \"shell\": `shell` must be a string, but it is empty | give it a value, or remove the key"
        ]
    );
    assert_eq!(job("runs-on: \"${{ github.ref }}\"\ndefaults: {run: {shell: cmd}}"), Vec::<String>::new());
    assert_eq!(job("runs-on: macos-latest\ndefaults: {run: {shell: cmd}}").len(), 1);
    assert_eq!(of("defaults: {run: {shell: fish}}\njobs: {}").len(), 1);
}

#[test]
fn a_runner_of_github_may_be_misspelt() {
    assert_eq!(
        job("runs-on: ubuntu-lastest\nsteps: [{run: a}]"),
        [
            "4:14 invalid-value \"ubuntu-lastest\": GitHub has no runner `ubuntu-lastest` | did you mean `ubuntu-latest`?"
        ]
    );
    for label in
        ["ubuntu-latest", "Ubuntu-Latest", "ubuntu-latest-8-cores", "my-runner", "[self-hosted, ubuntu]"]
    {
        assert_eq!(job(&format!("runs-on: {label}\nsteps: [{{run: a}}]")), Vec::<String>::new(), "{label}");
    }
}

#[test]
fn uses_has_a_form() {
    assert_eq!(
        steps(
            "- uses: actions/checkout\n- uses: checkout@v4\n- uses: .github/actions/x\n- uses: ../x\n- uses: a/b@v1@v2\n- uses: docker://\n- uses: 'docker://alpine:'"
        ),
        [
            "6:15 invalid-value \"actions/checkout\": `actions/checkout` names no version | write `actions/checkout@` and a tag or a commit",
            "7:15 invalid-value \"checkout@v4\": `checkout@v4` does not say whose action it is | write the owner before it: `actions/checkout@v4`",
            "8:15 invalid-value \".github/actions/x\": `.github/actions/x` is no action: one of this repository begins with `./` | write its path from the root of the repository: `./.github/actions/x`",
            "9:15 invalid-value \"../x\": `../x` is no action: one of this repository begins with `./` | write its path from the root of the repository: `./x`",
            "10:15 invalid-value \"a/b@v1@v2\": `a/b@v1@v2` has two `@` | write `owner/repository@ref`",
            "11:15 invalid-value \"docker://\": `docker://` names no image | write the image behind `docker://`",
            "12:16 invalid-value \"docker://alpine:\": `docker://alpine:` names no tag behind the `:` | write the tag, or leave the `:` out for `latest`",
        ]
    );
    let fine = "- uses: a/b/c/d@main\n- uses: ./x\n- uses: $/x\n- uses: docker://alpine\n- uses: docker://r:5000/a@sha256:00\n- uses: \"${{ github.ref }}\"\n- uses:";
    assert_eq!(
        steps(fine),
        [
            "12:9 wrong-type \"uses\": `uses` must be a string, but it is empty | give it a value, or remove the key"
        ]
    );
    for (uses, what) in [
        (
            "./.github/workflows/b.yml@main",
            "names a version, and a workflow of this repository is always of the same commit",
        ),
        ("./b.yml", "is not in `.github/workflows`, where called workflows must be"),
        ("./.github/workflows/x/b.yml", "is not in `.github/workflows`, where called workflows must be"),
        (".github/workflows/b.yml", "is no workflow: one of this repository begins with `./`"),
        ("o/r/.github/workflows/b.yml", "names no version"),
        (
            "o/.github/workflows/b.yml@v1",
            "is no workflow: it names no file in `.github/workflows` of a repository",
        ),
    ] {
        let said = job(&format!("uses: {uses}"));
        assert!(said.len() == 1 && said[0].contains(&format!("`{uses}` {what} | ")), "{said:?}");
    }
    for fine in [
        "o/r/.github/workflows/b.yml@v1",
        "o/.github/.github/workflows/b.yml@v1",
        "./.github/workflows/b.yml",
        "$/.github/workflows/b.yml",
    ] {
        assert_eq!(job(&format!("uses: {fine}")), Vec::<String>::new(), "{fine}");
    }
}

const ACTION: &str = "inputs:\n  environment: {required: true}\n  Token: {required: true, default: x}\n  old: {deprecationMessage: take environment}\nruns: {using: composite, steps: []}\n";

#[test]
fn an_action_of_the_repository_is_there_and_gets_what_it_asks_for() {
    let workflow = "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - {uses: ./.github/actions/deploy, with: {enviroment: x, TOKEN: y, \"${{ z }}\": 1}}\n      - {uses: ./.github/actions/deploy/, with: {old: x}}\n      - {uses: ./.github/actions/image, with: {args: x, input: y}}\n      - {uses: ./.github/actions/gone}\n";
    let image = "inputs: {}\nruns: {using: docker, image: Dockerfile}\n";
    let files = [
        (PATH, workflow),
        (".github/actions/deploy/action.yml", ACTION),
        (".github/actions/image/action.yaml", image),
    ];
    assert_eq!(
        found(&files),
        [
            ".github/workflows/a.yml:6:49 unknown-input \"enviroment\": the action `./.github/actions/deploy` has no input `enviroment` | did you mean `environment`?",
            ".github/workflows/a.yml:7:16 missing-input \"./.github/actions/deploy/\": the action `./.github/actions/deploy/` requires the input `environment` | give it under `with`, as `environment: …`",
            ".github/workflows/a.yml:7:50 deprecated-input \"old\": the input `old` of the action `./.github/actions/deploy/` is deprecated | take environment",
            ".github/workflows/a.yml:8:57 unknown-input \"input\": the action `./.github/actions/image` has no input `input` | it has no inputs",
            ".github/workflows/a.yml:9:16 undefined-reference \"./.github/actions/gone\": there is no action at `./.github/actions/gone`: the folder has no `action.yml` | it is the path of a folder from the root of the repository",
        ]
    );
}

#[test]
fn an_action_that_may_be_elsewhere_is_not_missed() {
    let gone = |before: &str, folder: &str| {
        let text = format!("jobs:\n  a:\n    steps:\n{before}      - uses: ./{folder}\n");
        found(&[(PATH, &text), ("deploy/action.yml", ACTION)]).len()
    };
    let checkout = "      - uses: actions/checkout@v4\n";
    assert_eq!(gone(checkout, "gone"), 1);
    assert_eq!(gone("", "gone"), 0, "nothing is checked out");
    for with in ["{repository: a/b}", "{path: gone}", "{ref: next}", "{submodules: true}"] {
        assert_eq!(
            gone(&format!("      - {{uses: actions/checkout@v4, with: {with}}}\n"), ".github/gone"),
            0,
            "{with}"
        );
    }
    assert_eq!(gone(&format!("{checkout}      - run: make\n"), "gone"), 0, "a step may have made it");
    assert_eq!(gone(&format!("{checkout}      - run: make\n"), ".github/gone"), 1);
    assert_eq!(gone(&format!("{checkout}      - run: git switch next\n"), ".github/gone"), 0);
    let alone = "jobs: {a: {steps: [{uses: actions/checkout@v4}, {uses: ./gone}]}}";
    assert_eq!(of(alone), Vec::<String>::new(), "nothing is known of the repository");
    let composite = "runs: {using: composite, steps: [{uses: ./gone}]}";
    assert_eq!(
        found(&[(".github/actions/x/action.yml", composite), ("deploy/action.yml", ACTION)]),
        Vec::<String>::new()
    );
    let docker = "jobs: {a: {steps: [{uses: actions/checkout@v4}, {uses: ./deploy}]}}";
    assert_eq!(
        found(&[(PATH, docker), ("deploy/Dockerfile", "FROM a\n"), ("x/action.yml", ACTION)]),
        Vec::<String>::new()
    );
}

#[test]
fn a_called_workflow_is_there_and_gets_what_it_asks_for() {
    let called = "on:\n  workflow_call:\n    inputs:\n      env: {type: string, required: true}\n      dry: {type: boolean}\n      n: {type: number, required: true, default: 1}\n    secrets:\n      key: {required: true}\njobs: {}\n";
    let calls = "on: push\njobs:\n  a: {uses: ./.github/workflows/called.yml, with: {ENV: x, dry: maybe, n: '2', foo: y}, secrets: {kye: x}}\n  b: {uses: ./.github/workflows/called.yml, secrets: inherit}\n  c: {uses: ./.github/workflows/caled.yml}\n  d: {uses: ./.github/workflows/b.yml}\n  e: {uses: ./.github/workflows/called.yml, with: {env: \"${{ github.ref }}\", dry: \"${{ github.ref }}\"}, secrets: {key: x}}\n";
    let files = [
        (PATH, calls),
        (".github/workflows/called.yml", called),
        (".github/workflows/b.yml", "on: [push]\njobs: {}\n"),
    ];
    let path = ".github/workflows/a.yml:";
    assert_eq!(
        found(&files).iter().map(|line| &line[path.len()..]).collect::<Vec<_>>(),
        [
            "3:65 wrong-type \"maybe\": `dry` must be a boolean, but it is a string | write `true` or `false`",
            "3:80 unknown-key \"foo\": the workflow `./.github/workflows/called.yml` has no input `foo` | the inputs are `env`, `dry` and `n`",
            "3:99 unknown-key \"kye\": the workflow `./.github/workflows/called.yml` has no secret `kye` | did you mean `key`?",
            "4:13 missing-key \"./.github/workflows/called.yml\": the workflow `./.github/workflows/called.yml` requires the input `env` | give it under `with`, as `env: …`",
            "5:13 undefined-reference \"./.github/workflows/caled.yml\": there is no workflow at `./.github/workflows/caled.yml` | did you mean `called.yml`?",
            "6:13 undefined-reference \"./.github/workflows/b.yml\": the workflow `./.github/workflows/b.yml` cannot be called: it has no event `workflow_call` | add `workflow_call` to its `on`",
        ]
    );
}

#[test]
fn what_is_not_of_the_expected_kind_is_left_alone() {
    for text in [
        "",
        "a",
        "[]",
        "on: [1, {a: b}]\njobs: 1",
        "on: {push: [], schedule: {a: b}, workflow_dispatch: {inputs: [a]}}\njobs: [a]",
        "jobs: {a: b, c: [d], e: }",
        "jobs: {a: {needs: {b: c}, steps: {a: b}, runs-on: {labels: {a: b}}, strategy: [], env: [a], uses: {}, with: a}}",
        "jobs: {a: {steps: [a, [b], {uses: [], run: {}, shell: {}, with: [a], id: {}}], strategy: {matrix: [a]}, container: [], services: a}}",
        "jobs: &a {b: *a}",
        "jobs: {a: &x {steps: [*x, {env: *x}], strategy: {matrix: *x}, needs: *x}}",
    ] {
        let of_type = |line: &String| line.contains(" wrong-type ") || line.contains(", but must be ");
        let others = of(text).into_iter().filter(|line| !of_type(line));
        assert_eq!(others.collect::<Vec<_>>(), Vec::<String>::new(), "{text}");
        found(&[("action.yml", &format!("runs: {{using: composite, steps: [{{with: {{{text:?}: 1}}}}]}}"))]);
    }
}
