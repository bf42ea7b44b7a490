//! What the expressions of workflows and actions can name.

use crate::schema::testing;

/// The names that nothing stands for in the first of some files, as `line "slice": message | help`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let lines = testing::found(files).into_iter().filter_map(|line| {
        let (place, said) = line.split_once(" undefined-reference ")?;
        let line = place.strip_prefix(files[0].0)?.strip_prefix(':')?.split(':').next()?;
        Some(format!("{line} {said}"))
    });
    lines.collect()
}

fn workflow(text: &str) -> Vec<String> {
    found(&[(".github/workflows/a.yml", text)])
}

#[test]
fn a_step_is_known_to_the_steps_after_it_and_to_the_outputs_of_its_job() {
    let text = "\
on: push
jobs:
  a:
    outputs: { x: '${{ steps.two.outputs.x }} ${{ steps.tow.outputs.x }}' }
    steps:
      - { id: one, run: '${{ steps.one.outputs.x }} ${{ steps.two.outcome }}' }
      - { id: two, run: \"${{ steps.ONE.outputs.x }} ${{ steps['one'].output }} ${{ steps.one.version }}\" }
      - run: echo ${{ toJSON(steps) }} ${{ steps.*.outcome }} ${{ steps[matrix.x].outcome }}
    strategy: { matrix: '${{ fromJSON(vars.M) }}' }
  b:
    steps: [{ run: '${{ steps.one.outputs.x }}' }]
";
    assert_eq!(
        workflow(text),
        [
            "4 \"tow\": no step of job `a` has the id `tow` | did you mean `two`?",
            "6 \"one\": step `one` has not run yet here | what a step hands on is there for the steps after it",
            "6 \"two\": step `two` has not run yet here | only steps before this one can be named",
            "7 \"output\": a step has no `output` | did you mean `outputs`?",
            "7 \"version\": a step has no `version` | did you mean `outputs.version`?",
            "11 \"one\": no step of job `b` has the id `one` | no step of job `b` has an id",
        ]
    );
}

#[test]
fn a_job_sees_the_jobs_that_it_needs_and_their_outputs() {
    let text = "\
on: { workflow_call: { outputs: { x: { value: '${{ jobs.a.outputs.x }} ${{ jobs.c.outputs.y }} ${{ jobs.z.result }}' } } } }
jobs:
  a: { runs-on: x, outputs: { image: '1' } }
  b: { runs-on: x, needs: a, name: '${{ needs.A.outputs.image }} ${{ needs.a.result }} ${{ needs.a.outputs.imgae }}' }
  c: { runs-on: x, needs: [b], name: '${{ needs.a.result }} ${{ needs.c.result }} ${{ needs.x.result }} ${{ needs.b.status }}' }
  d: { runs-on: x, needs: [absent], name: '${{ needs.absent.outputs.x }} ${{ needs.*.result }}' }
  e: { runs-on: x, name: '${{ needs.a.result }}' }
";
    assert_eq!(
        workflow(text),
        [
            "1 \"x\": job `a` has no output `x` | there is `image`",
            "1 \"y\": job `c` has no output `y` | it declares no outputs",
            "1 \"z\": there is no job `z` | did you mean `a`?",
            "4 \"imgae\": job `a` has no output `imgae` | did you mean `image`?",
            "5 \"a\": job `c` does not need `a`, so this is always empty | add `a` to `needs` of job `c`",
            "5 \"c\": job `c` cannot need itself | `needs` holds the jobs that ran before",
            "5 \"x\": there is no job `x` that job `c` needs | did you mean `b`?",
            "5 \"status\": what is known of a job has no `status` | did you mean `outputs.status`?",
            "6 \"absent\": job `d` needs `absent`, which this workflow does not define | the other jobs are `a`, `b`, `c` and `e`",
            "7 \"a\": job `e` does not need `a`, so this is always empty | add `a` to `needs` of job `e`",
        ]
    );
}

#[test]
fn a_matrix_has_the_keys_of_its_vectors_and_of_what_it_includes_unless_an_expression_makes_it() {
    let text = "\
on: push
jobs:
  a:
    strategy:
      matrix: { os: [x], include: [{ os: x, Extra: y }, { other: z }], exclude: [{ os: x, gone: y }] }
    name: ${{ matrix.OS }} ${{ matrix.extra.deep }} ${{ matrix.other }} ${{ matrix.gone }} ${{ matrix.exclude }}
    runs-on: x
  b: { runs-on: x, strategy: { matrix: { os: [x], include: '${{ fromJSON(vars.X) }}' } }, name: '${{ matrix.any }}' }
  c: { runs-on: x, strategy: { matrix: { os: [x], include: [{ a: b }, '${{ fromJSON(vars.X) }}'] } }, name: '${{ matrix.any }}' }
  d: { runs-on: x, strategy: { matrix: { os: [x], '${{ insert }}': '${{ vars.X }}' } }, name: '${{ matrix.any }}' }
  e: { runs-on: x, strategy: '${{ fromJSON(vars.X) }}', name: '${{ matrix.any }}' }
  f: { runs-on: x, strategy: { fail-fast: true }, name: '${{ matrix.os }} ${{ matrix[0] }}' }
";
    assert_eq!(
        workflow(text),
        [
            "5 \"gone\": `exclude` names `gone`, which is no variable of this matrix | the only variable is `os`",
            "6 \"gone\": the matrix of job `a` has no `gone` | there are `Extra`, `os` and `other`",
            "6 \"exclude\": the matrix of job `a` has no `exclude` | there are `Extra`, `os` and `other`",
            "12 \"os\": job `f` has no matrix, so `os` is always empty | add it to `strategy.matrix`, or write the value itself",
        ]
    );
}

#[test]
fn inputs_are_those_of_both_ways_to_start_a_workflow() {
    let both = "on: { workflow_call: { inputs: { A: {} } }, workflow_dispatch: { inputs: { b-c: {} } } }\n";
    let run = "run-name: ${{ inputs.a }} ${{ inputs.B-C }} ${{ inputs.b_c }} ${{ github.event.inputs.x }}\n";
    assert_eq!(
        workflow(&format!("{both}{run}jobs: {{}}\n")),
        ["2 \"b_c\": this workflow has no input `b_c` | did you mean `b-c`?"]
    );
    let dispatch = "on: { push: , workflow_dispatch: { inputs: { a: , b-c: , b_c: } } }\n";
    assert_eq!(
        workflow(&format!("{dispatch}{run}jobs: {{}}\n")),
        ["2 \"x\": this workflow has no input `x` | did you mean `a`?"]
    );
    for on in ["push", "[push, workflow_dispatch]"] {
        let found = workflow(&format!("on: {on}\nrun-name: ${{{{ inputs.a }}}}\njobs: {{}}\n"));
        assert_eq!(found, ["2 \"a\": this workflow has no input `a` | this workflow declares no inputs"]);
    }
    assert!(
        workflow("run-name: ${{ inputs.a }}\njobs: {}\n").is_empty(),
        "nothing is known of how it starts"
    );
}

#[test]
fn an_action_knows_its_inputs_and_its_steps_but_not_the_job_around_it() {
    let action = "\
name: a
inputs: { path: { description: x } }
outputs: { o: { value: '${{ steps.one.outputs.x }}' } }
runs:
  using: composite
  steps: [{ id: one, run: 'echo ${{ inputs.paht }} ${{ matrix.x }} ${{ steps.two.outcome }}', shell: bash }]
";
    assert_eq!(
        found(&[("act/action.yml", action)]),
        [
            "6 \"paht\": this action has no input `paht` | did you mean `path`?",
            "6 \"two\": no step of this action has the id `two` | there is `one`",
        ]
    );
}

#[test]
fn outputs_of_what_is_in_the_tree_are_held_against_what_it_declares() {
    let caller = "\
on: push
jobs:
  a: { uses: ./.github/workflows/called.yml }
  b: { uses: o/r/.github/workflows/x.yml@v1 }
  c:
    needs: [a, b]
    steps:
      - { id: act, uses: ./act }
      - { id: js, uses: ./js }
      - run: ${{ needs.a.outputs.tga }} ${{ needs.a.outputs.TAG }} ${{ needs.b.outputs.any }}
      - run: ${{ steps.act.outputs.nmae }} ${{ steps.act.outputs.name }} ${{ steps.js.outputs.any }}
      - { uses: actions/checkout@v4, with: { repository: o/other } }
      - { id: other, uses: ./act }
      - run: ${{ steps.other.outputs.any }}
";
    let files = [
        (".github/workflows/a.yml", caller),
        (
            ".github/workflows/called.yml",
            "on: { workflow_call: { outputs: { tag: { value: x } } } }\njobs: {}\n",
        ),
        (
            "act/action.yml",
            "name: a\noutputs: { name: { value: x } }\nruns: { using: composite, steps: [] }\n",
        ),
        ("js/action.yaml", "name: a\noutputs: { name: {} }\nruns: { using: node20, main: x.js }\n"),
    ];
    assert_eq!(
        found(&files),
        [
            "10 \"tga\": job `a` has no output `tga` | did you mean `tag`?",
            "11 \"nmae\": the action of step `act` has no output `nmae` | did you mean `name`?",
        ]
    );
}

#[test]
fn very_many_names_cost_no_more_each() {
    let mut text = "on: push\njobs:\n  a:\n    strategy: { matrix: { ".to_owned();
    text.extend((0..20_000).map(|at| format!("k{at}: [1], ")));
    text.push_str("} }\n    steps:\n");
    let step =
        |at| format!("      - {{ id: s{at}, run: '${{{{ matrix.k{at} }}}} ${{{{ steps.s{at}.x }}}}' }}\n");
    text.extend((0..20_000).map(step));
    let start = std::time::Instant::now();
    assert_eq!(workflow(&text).len(), 20_000);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn very_many_wrong_names_are_not_all_compared_with_all_others() {
    let long = "x".repeat(58);
    let mut text = "on: push\njobs:\n  a:\n    steps:\n".to_owned();
    text.extend((0..5_000).map(|at| format!("      - {{ id: s{at:05}{long} }}\n")));
    text.extend((0..5_000).map(|at| format!("      - run: ${{{{ steps.t{at:05}{long}.outcome }}}}\n")));
    let start = std::time::Instant::now();
    assert_eq!(workflow(&text).len(), 5_000);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
