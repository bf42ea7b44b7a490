//! What is found in Compose files, and what is not.

use crate::schema::testing::found;

/// The findings in one file called `compose.yaml`, without its path and without help.
fn in_file(text: &str) -> Vec<String> {
    let short = |line: String| {
        let line = line.trim_start_matches("compose.yaml:").to_owned();
        line.split(" | ").next().unwrap_or_default().to_owned()
    };
    found(&[("compose.yaml", text)]).into_iter().map(short).collect()
}

/// The findings in one service called `web` beside a service `db`, given as a flow mapping without its brackets.
fn in_service(fields: &str) -> Vec<String> {
    let text =
        format!("services:\n  db: {{image: a}}\n  web: {{image: a, {fields}}}\nvolumes:\n  data: {{}}\n");
    let cut = |line: String| line.split_once(' ').map(|(_, said)| said.to_owned()).unwrap_or_default();
    in_file(&text).into_iter().map(cut).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn names_that_nothing_defines_are_found_where_they_stand() {
    let text = "\
services:
  web:
    image: a
    depends_on: [db, dbb]
    networks: {default: , front: {aliases: [x]}}
    volumes: [data:/a, ./b:/b, /c, dat:/d, {type: volume, source: other, target: /e}]
    secrets: [key, {source: kez}]
    configs: [conf]
    network_mode: !reset service:gone
    pid: service:gone
    volumes_from: [db:ro, container:any, old]
    links: [\"db:alias\", lost]
    build: {context: ., secrets: [token], additional_contexts: {base: service:db, more: service:none}}
  db: {image: b, depends_on: {cache: {condition: service_started, required: false}}}
volumes: {data: }
secrets: {key: {file: k}}
configs: {x: !reset }
";
    assert_eq!(
        in_file(text),
        [
            "4:22 undefined-reference \"dbb\": service `web` depends on `dbb`, which is not defined",
            "5:27 undefined-reference \"front\": service `web` is in network `front`, which is not defined",
            "6:36 undefined-reference \"dat\": service `web` mounts volume `dat`, which is not defined",
            "6:67 undefined-reference \"other\": service `web` mounts volume `other`, which is not defined",
            "7:29 undefined-reference \"kez\": service `web` uses secret `kez`, which is not defined",
            "8:15 undefined-reference \"conf\": service `web` uses config `conf`, which is not defined",
            "10:18 undefined-reference \"gone\": service `web` shares a namespace with `gone`, which is not defined",
            "11:42 undefined-reference \"old\": service `web` takes volumes from `old`, which is not defined",
            "12:25 undefined-reference \"lost\": service `web` links to `lost`, which is not defined",
            "13:35 undefined-reference \"token\": service `web` builds with secret `token`, which is not defined",
            "13:79 invalid-value \"db\": service `web` builds on the image of `db`, which has no `build`",
            "13:97 undefined-reference \"none\": service `web` builds on the image of `none`, which is not defined",
            "14:31 undefined-reference \"cache\": service `db` depends on `cache`, which is not defined",
        ]
    );
    assert_eq!(
        found(&[("compose.yaml", "services:\n  db: {image: a}\n  web: {image: a, depends_on: [dbb]}\n")]),
        [
            "compose.yaml:3:32 undefined-reference \"dbb\": service `web` depends on `dbb`, which is not defined | did you mean `db`?"
        ]
    );
}

#[test]
fn names_count_as_defined_where_another_file_may_define_them() {
    let base = ("compose.yaml", "services:\n  db: {image: a}\nnetworks: {back: {}}\n");
    let web = "services:\n  web: {image: a, depends_on: [db], networks: [back]}\n";
    let missing = |files: &[(&str, &str)]| found(files).len();
    assert_eq!(missing(&[("compose.yaml", web)]), 2);
    assert_eq!(missing(&[base, ("compose.dev.yaml", web)]), 0, "laid over a file beside it");
    assert_eq!(missing(&[base, ("dev/compose.yaml", web)]), 0, "laid over a file above it");
    assert_eq!(missing(&[base, ("b/x.yaml", web)]), 0, "with a name of its own it may be used with any");
    let apart = [("a/compose.yaml", base.1), ("b/compose.yaml", web)];
    assert_eq!(missing(&apart), 2, "two projects side by side");
    let root = ("compose.yaml", "include: [a/compose.yaml, {path: [b/compose.yaml]}]\n");
    assert_eq!(missing(&[root, apart[0], apart[1]]), 0, "one project of two");
    let elsewhere = format!("include: [oci://example.com/x]\n{web}");
    assert_eq!(missing(&[("compose.yaml", &elsewhere)]), 0, "what is included cannot be seen");
    assert_eq!(missing(&[("compose.override.yaml", web)]), 0, "what it is laid over cannot be seen");
    assert_eq!(missing(&[("compose.yaml", "services:\n  web: {image: a, depends_on: [\"${DB}\"]}\n")]), 0);
    assert_eq!(missing(&[("compose.yaml", "services:\n  web: {image: a, depends_on: [\"${DB:-x}\"]}\n")]), 1);
}

#[test]
fn a_service_has_something_to_run_here_or_elsewhere() {
    let text = "services:\n  web: {environment: {A: b}}\n  made: {build: .}\n  given: {provider: {type: x}}\n  more: {extends: web}\n";
    assert_eq!(
        in_file(text),
        ["2:3 missing-key \"web\": service `web` has neither an `image` nor a `build`"]
    );
    let part = "services:\n  web: {environment: {A: b}}\n";
    let base = ("compose.yaml", "services:\n  web: {image: a}\n");
    assert_eq!(found(&[base, ("compose.dev.yaml", part)]), NOTHING);
    assert_eq!(found(&[("compose.dev.yaml", part)]), NOTHING, "its base is not in the tree");
    let user =
        ("x/compose.yaml", "services:\n  app: {image: a, extends: {file: ../common.yaml, service: web}}\n");
    assert_eq!(found(&[("common.yaml", part), user]), NOTHING, "it is extended");
    let misspelt = "services:\n  wbe: {environment: {A: b}}\n";
    assert_eq!(found(&[base, ("compose.override.yaml", misspelt)]).len(), 1);
    let template =
        "services:\n  base: {profiles: [never], environment: {A: b}}\n  web: {image: a, extends: base}\n";
    assert_eq!(in_file(template), NOTHING);
}

#[test]
fn keys_that_exclude_each_other_are_found() {
    for (fields, said) in [
        (
            "network_mode: host, networks: [default]",
            "exclusive-keys \"networks\": service `web` has both `network_mode` and `networks`",
        ),
        (
            "network_mode: \"service:db\", ports: [80]",
            "exclusive-keys \"ports\": service `web` has `ports`, but uses the network of another container",
        ),
        (
            "build: {dockerfile: a, dockerfile_inline: FROM x}",
            "exclusive-keys \"dockerfile_inline\": service `web` has both `dockerfile` and `dockerfile_inline`",
        ),
        (
            "scale: 2, deploy: {replicas: 3}",
            "exclusive-keys \"replicas\": service `web` has a `scale` of 2 and `deploy.replicas` of 3",
        ),
        (
            "container_name: app, deploy: {replicas: 3}",
            "exclusive-keys \"replicas\": service `web` has a `container_name`, but 3 containers",
        ),
        (
            "mem_limit: 1g, deploy: {resources: {limits: {memory: 512m}}}",
            "exclusive-keys \"memory\": service `web` has another `mem_limit` than `deploy.resources.limits.memory`",
        ),
        (
            "mem_limit: 1g, deploy: {resources: {limits: {cpus: 1}}}",
            "exclusive-keys \"limits\": service `web` has `mem_limit`, and `deploy.resources.limits` without the same `memory`",
        ),
        (
            "gpus: [{count: 1, device_ids: [a]}]",
            "exclusive-keys \"device_ids\": a device has both `count` and `device_ids`",
        ),
    ] {
        assert_eq!(in_service(fields), [said]);
    }
    for fine in [
        "network_mode: host, networks: !reset [default]",
        "network_mode: \"${MODE:-}\", networks: [default]",
        "network_mode: host, ports: [80]",
        "scale: 2, deploy: {replicas: 2}",
        "container_name: app, scale: 1",
        "mem_limit: 1g, deploy: {resources: {limits: {memory: 1024m}}}",
        "cpus: 0.5, deploy: {resources: {limits: {cpus: \"0.50\"}}}",
        "mem_limit: 1g, deploy: {resources: {reservations: {cpus: \"1\"}}}",
        "pids_limit: 10, deploy: {resources: {limits: {pids: 10}}}",
    ] {
        assert_eq!(in_service(fine), NOTHING, "{fine}");
    }
    let text = "services: {a: {image: x}}\nvolumes:\n  v: {external: true, name: x, x-a: b, driver: c}\nsecrets:\n  s: {file: a, environment: b}\n  e: {external: true, file: x}\n  n: {name: x}\nconfigs:\n  c: {content: a, file: b}\nnetworks:\n  n: {external: {name: a}, name: b}\n  o: {external: true, driver: bridge}\n";
    assert_eq!(
        in_file(text),
        [
            "3:40 exclusive-keys \"driver\": volume `v` is external, but has `driver`",
            "5:16 exclusive-keys \"environment\": secret `s` has both `file` and `environment`",
            "7:3 missing-key \"n\": secret `n` has no content",
            "9:19 exclusive-keys \"file\": config `c` has both `content` and `file`",
            "11:34 exclusive-keys \"b\": network `n` has two names, `name` and `external.name`",
        ]
    );
}

#[test]
fn circles_are_found_once() {
    let text = "\
services:
  a: {image: x, depends_on: [b]}
  b: {image: x, links: [c]}
  c: {image: x, volumes_from: [\"a:ro\"]}
  d: {image: x, network_mode: \"service:d\"}
  e: {extends: f}
  f: {extends: {service: e}}
  g: {image: x, profiles: [p], depends_on: [h]}
  h: {image: x, depends_on: [g]}
";
    assert_eq!(
        in_file(text),
        [
            "4:33 dependency-cycle \"a\": services wait for one another: `a` → `b` → `c` → `a`",
            "5:40 dependency-cycle \"d\": service `d` waits for itself",
            "7:26 dependency-cycle \"e\": services extend one another: `e` → `f` → `e`",
        ]
    );
    let a = ("a.compose.yaml", "include: [b.compose.yaml]\nservices: {x: {image: a}}\n");
    let b = ("b.compose.yaml", "include: [a.compose.yaml]\nservices: {y: {image: a}}\n");
    assert_eq!(
        found(
            &[
                ("compose.yaml", a.1),
                ("b.compose.yaml", "include: [compose.yaml]\nservices: {y: {image: a}}\n"),
                b
            ][..2]
        )
        .len(),
        2
    );
}

#[test]
fn ports_have_the_form_that_docker_reads() {
    let port = |port: &str| in_service(&format!("ports: [{port}]"));
    for fine in [
        "80",
        "\"80\"",
        "22:22",
        "\"127.0.0.1:8080:80/udp\"",
        "\"80-82:90-92\"",
        "\"8000-8010:80\"",
        "\":80\"",
        "\"[::1]:80:80\"",
        "\"80/\"",
        "\"${PORT}:80\"",
        "\"${IP:-127.0.0.1}:80:80\"",
        "\"0:80\"",
        "{target: 80, published: \"80-90\"}",
        "!reset \"x\"",
    ] {
        assert_eq!(port(fine), NOTHING, "{fine}");
    }
    for (wrong, said) in [
        ("\"http:80\"", "invalid-value \"http\": `http` is no port"),
        ("\"70000:80\"", "invalid-value \"70000\": `70000` is no port"),
        ("\"80:80/tpc\"", "invalid-value \"tpc\": `tpc` is no protocol of a port"),
        ("\"80:\"", "invalid-value \"80:\": `80:` has no port of the container"),
        ("\"localhost:80:80\"", "invalid-value \"localhost\": `localhost` is no IP address"),
        ("\"80-82:80-81\"", "invalid-value \"80-82\": `80-82` is a range of another length than `80-81`"),
        ("\"90-80:80\"", "invalid-value \"90-80\": `90-80` is no port"),
        ("\"80:0\"", "invalid-value \"0\": port `0` of a container cannot be published"),
        ("\"${PORT:-x}:80\"", "invalid-value \"\\\"${PORT:-x}:80\\\"\": `x` is no port"),
        ("{target: 80, published: web}", "invalid-value \"web\": `web` is no port"),
        ("{target: 80, host_ip: all}", "invalid-value \"all\": `all` is no IP address"),
        (
            "80.5",
            "wrong-type \"80.5\": `services.web.ports[0]` must be a string or an integer, but it is a number",
        ),
    ] {
        assert_eq!(port(wrong), [said]);
    }
}

#[test]
fn a_port_of_the_host_is_published_once() {
    let two = |a: &str, b: &str| {
        let text = format!("services:\n  a: {{image: x, {a}}}\n  b: {{image: x, {b}}}\n");
        in_file(&text)
            .into_iter()
            .map(|line| line.split_once(": ").unwrap_or_default().1.to_owned())
            .collect::<Vec<_>>()
    };
    let both = ["services `a` and `b` both publish host port `80`"];
    assert_eq!(two("ports: [\"80:1\"]", "ports: [\"80:2\"]"), both);
    assert_eq!(two("ports: [\"${P:-80}:1\"]", "ports: [\"79-81:1-3\"]"), both);
    assert_eq!(
        two("ports: [\"0.0.0.0:80:1\"]", "ports: [{target: 1, published: 80, host_ip: 127.0.0.1}]"),
        both
    );
    assert_eq!(two("profiles: [x], ports: [\"80:1\"]", "profiles: [x], ports: [\"80:1\"]"), both);
    assert_eq!(two("ports: [\"80:1\", \"80:2\"]", ""), ["service `a` publishes host port `80` twice"]);
    for (a, b) in [
        ("ports: [\"80:1\"]", "ports: [\"80:1/udp\"]"),
        ("ports: [\"127.0.0.1:80:1\"]", "ports: [\"127.0.0.2:80:1\"]"),
        ("ports: [\"80:1\"]", "profiles: [x], ports: [\"80:1\"]"),
        ("ports: [\"80:1\"]", "scale: 0, ports: [\"80:1\"]"),
        ("ports: [\"80-90:1\"]", "ports: [\"80-90:1\"]"),
        ("ports: [\"80:1\", \"80:1/tcp\"]", "ports: [\"1\"]"),
        ("ports: [\"${P}:1\"]", "ports: [\"${P}:1\"]"),
        ("network_mode: host, ports: [\"80:1\"]", "ports: [\"80:1\"]"),
    ] {
        assert_eq!(two(a, b), NOTHING, "{a} {b}");
    }
    assert_eq!(
        two("container_name: app", "container_name: app"),
        ["services `a` and `b` both have a container called `app`"]
    );
}

#[test]
fn mounts_have_a_form_and_a_place_of_their_own() {
    let mounts = |mounts: &str| in_service(&format!("volumes: [{mounts}]"));
    for fine in [
        "data:/a, ./b:/b:ro",
        "'C:\\x:/a'",
        "'c:\\x:d:\\y'",
        "'${X}:/a', '${Y:-./b}:/b:z'",
        "/a",
        "data:/a, data:/a",
    ] {
        assert_eq!(mounts(fine), NOTHING, "{fine}");
    }
    for (wrong, said) in [
        ("'/aa:'", "invalid-value \"/aa:\": `/aa:` has nothing between two colons or at an end"),
        (
            "'/aa:/b:/cc:ro'",
            "invalid-value \":ro\": `/aa:/b:/cc:ro` has more parts than source, target and options",
        ),
        ("'./a:b'", "invalid-value \"b\": service `web` mounts to `b`, which is no absolute path"),
        ("'./a:/b', './c:/b/'", "duplicate-item \"/b/\": service `web` mounts `/b` twice"),
    ] {
        assert_eq!(mounts(wrong), [said]);
    }
    assert_eq!(
        in_service("tmpfs: ['/run:size=1m', /run], volumes: ['./a:/tmp']").len(),
        1,
        "a tmpfs of which another is"
    );
}

#[test]
fn strings_are_what_the_loader_makes_of_them() {
    for (fields, said) in [
        ("mem_limit: 512mm", "invalid-value \"512mm\": `mem_limit` is `512mm`, but must be a size"),
        ("mem_limit: ''", "invalid-value \"''\": `mem_limit` is empty"),
        (
            "stop_grace_period: '10'",
            "invalid-value \"10\": `stop_grace_period` is `10`, but must be a duration",
        ),
        (
            "healthcheck: {interval: 1 m}",
            "invalid-value \"1 m\": `interval` is `1 m`, but must be a duration",
        ),
        (
            "healthcheck: {test: [curl, x]}",
            "invalid-value \"curl\": the healthcheck of service `web` begins with `curl`",
        ),
        ("privileged: maybe", "wrong-type \"maybe\": `privileged` must be a boolean, but it is a string"),
        ("cpus: half", "wrong-type \"half\": `cpus` must be a number, but it is a string"),
        ("restart: onfailure", "invalid-value \"onfailure\": `restart` is `onfailure`, but must be a policy"),
        ("extra_hosts: [foo]", "invalid-value \"foo\": `foo` is a host without an address"),
        ("deploy: {replicas: -1}", "invalid-value \"-1\": `replicas` of service `web` is `-1`"),
        (
            "develop: {watch: [{path: a, action: sync}]}",
            "missing-key \"sync\": a watch with the action `sync` has no `target`",
        ),
        (
            "build: {platforms: [linux/amd64]}, platform: linux/arm64",
            "invalid-value \"linux/arm64\": platform `linux/arm64` is not among the `platforms` of the build",
        ),
    ] {
        assert_eq!(in_service(fields), [said]);
    }
    for fine in [
        "mem_limit: 1.5g, shm_size: 64 MiB, memswap_limit: -1, mem_reservation: 1000",
        "stop_grace_period: 1m30s, healthcheck: {interval: 1d, timeout: '0', retries: '3', test: [CMD, x]}",
        "restart: no, init: yes, privileged: \"${P:-false}\"",
        "restart: 'on-failure:3', mem_limit: \"${MEM:-}\", cpus: '${CPUS}'",
        "healthcheck: {test: [NONE]}, extra_hosts: ['a:1.1.1.1', 'b=::1']",
        "mem_limit: !reset x",
    ] {
        assert_eq!(in_service(fine), NOTHING, "{fine}");
    }
}

#[test]
fn a_service_that_nothing_makes_healthy_is_not_waited_for() {
    let file = |db: &str| {
        format!(
            "services:\n  web: {{image: a, depends_on: {{db: {{condition: service_healthy}}}}}}\n  db: {{{db}}}\n"
        )
    };
    let said =
        |db: &str, dockerfile: &str| found(&[("compose.yaml", &file(db)), ("db/Dockerfile", dockerfile)]);
    let plain = "FROM a\n";
    assert_eq!(
        said("build: db", plain),
        [
            "compose.yaml:2:48 invalid-value \"service_healthy\": service `web` waits until `db` is healthy, but neither that one nor its Dockerfile has a healthcheck | give `db` a `healthcheck`, or wait with `service_started`"
        ]
    );
    assert_eq!(said("image: a, healthcheck: {disable: true}", plain).len(), 1);
    for fine in ["image: a", "build: db, healthcheck: {test: x}", "build: other"] {
        assert_eq!(said(fine, plain), NOTHING, "{fine}");
    }
    assert_eq!(said("build: db", "FROM a\nHEALTHCHECK CMD x\n"), NOTHING);
}

#[test]
fn the_structure_is_that_of_the_specification() {
    let text = "\
x-common: &common {restart: always}
services:
  web:
    <<: *common
    image: a
    enviroment: {A: b}
    ports:
    x-note: any
    deploy: {resources: {limit: {}}}
    depends_on: {db: {condition: started}}
    command: [a, 1]
    init: \"true\"
  db: {image: a, dns: [a, a], security_opt: [b, b], networks: {default: }}
volumes: {a: , b: {driver: !reset }}
";
    assert_eq!(
        in_file(text),
        [
            "6:5 unknown-key \"enviroment\": unknown key `enviroment` in `services.web`",
            "7:5 wrong-type \"ports\": `ports` must be a list, but it is empty",
            "9:26 unknown-key \"limit\": unknown key `limit` in `services.web.deploy.resources`",
            "10:34 invalid-value \"started\": `condition` is `started`, but must be `service_started`, `service_healthy` or `service_completed_successfully`",
            "11:18 wrong-type \"1\": `services.web.command[1]` must be a string, but it is an integer",
            "13:49 duplicate-item \"b\": `b` stands twice in `services.db.security_opt`",
        ]
    );
    let over = "services:\n  web: {build: ., image: null, depends_on: {db: {restart: true}}}\n";
    let base = ("compose.yaml", "services:\n  web: {image: a}\n  db: {image: a}\n");
    assert_eq!(found(&[base, ("compose.dev.yaml", over)]), NOTHING);
    assert_eq!(found(&[("compose.yaml", over)]).len(), 3);
}

#[test]
fn hostile_files_are_cheap() {
    let many = 3000;
    let services = (0..many).map(|n| format!("  s{n}: *big\n")).collect::<Vec<_>>().concat();
    let names = (0..many).map(|n| format!("n{n}, ")).collect::<Vec<_>>().concat();
    let ports = (0..many).map(|n| format!("\"{n}:{n}\", \"1-65535:1-65535\", ")).collect::<Vec<_>>().concat();
    let text = format!(
        "x-big: &big\n  image: a\n  depends_on: [{names}]\n  ports: [{ports}]\nservices:\n{services}"
    );
    assert!(!found(&[("compose.yaml", &text)]).is_empty());
    let deep = format!(
        "x: {}\nservices: {{a: {{image: \"{}\"}}}}\n",
        "${A:-".repeat(20_000),
        "${A:-".repeat(20_000)
    );
    assert!(!found(&[("compose.yaml", &deep)]).is_empty());
}
