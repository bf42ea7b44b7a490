//! What is said of objects, and of what nothing is said.

use crate::schema::testing::found;

/// A Deployment with a pod's `spec`, indented by six.
fn deployment(pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    spec:\n{pod}"
    )
}

/// An object with a `spec`, indented by two.
fn object(api_version: &str, kind: &str, spec: &str) -> String {
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n{spec}")
}

fn said(text: &str) -> String {
    found(&[("a.yaml", text)]).join("\n")
}

fn nothing(text: &str) {
    assert_eq!(said(text), "", "{text}");
}

/// In a tree where a kustomization may complete the object.
fn in_tree(text: &str) -> String {
    found(&[("a.yaml", text), ("kustomization.yaml", "resources: [a.yaml]\n")]).join("\n")
}

/// A selector and labels.
fn selecting(kind: &str, selector: &str, labels: &str) -> String {
    let service = if kind == "StatefulSet" { "  serviceName: a\n" } else { "" };
    let spec = format!(
        "{service}  selector: {selector}\n  template:\n    metadata: {{labels: {labels}}}\n    spec: {{containers: [{{name: a, image: a}}]}}\n"
    );
    object("apps/v1", kind, &spec)
}

#[test]
fn a_selector_matches_the_labels_of_its_pods() {
    for (selector, labels) in [
        ("{matchLabels: {app: web, tier: a}}", "{app: web, tier: a, x: z}"),
        ("{matchLabels: {app: '${APP}'}}", "{app: web}"),
        ("{matchLabels: {app: web}}", "{'${K}': web}"),
        ("{matchLabels: {app: __APP__}}", "{app: web}"),
        ("{matchExpressions: [{key: app, operator: In, values: [a, web]}]}", "{app: web}"),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "{ap: web}"),
        ("{matchExpressions: [{key: app, operator: DoesNotExist}, {key: b, operator: Exists}]}", "{b: ''}"),
        ("{matchLabels: {app: }}", "{app: ''}"),
    ] {
        nothing(&selecting("Deployment", selector, labels));
        nothing(&selecting("StatefulSet", selector, labels));
    }
    let wrong: Vec<String> = [
        ("{matchLabels: {app: web}}", "{app: wbe}"),
        ("{matchLabels: {app: web}}", "{ap: web}"),
        ("{matchLabels: {app: web}}", "{}"),
        ("{}", "{app: web}"),
        ("{matchLabels: {}, matchExpressions: []}", "{app: web}"),
        ("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "{app: web}"),
        ("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "{}"),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "{app: web}"),
        ("{matchExpressions: [{key: app, operator: Exists}, {key: b, operator: DoesNotExist}]}", "{b: c}"),
    ]
    .map(|(selector, labels)| said(&selecting("DaemonSet", selector, labels)))
    .to_vec();
    insta::assert_snapshot!(wrong.join("\n"), @r#"
    a.yaml:5:33 invalid-value "web": the selector wants `app: web`, but its pods have `app: wbe` | write the same in both places
    a.yaml:5:28 invalid-value "app": the selector wants `app: web`, but its pods have no label `app` | did you mean `ap`?
    a.yaml:5:28 invalid-value "app": the selector wants `app: web`, but its pods have no label `app` | add it to `spec.template.metadata.labels`
    a.yaml:5:3 invalid-value "selector": the selector of this DaemonSet is empty | name labels of its pods: `matchLabels: {…}`
    a.yaml:5:3 invalid-value "selector": the selector of this DaemonSet is empty | name labels of its pods: `matchLabels: {…}`
    a.yaml:5:39 invalid-value "app": the selector wants `app` to be `a` or `b`, but its pods have `app: web` | change the selector, or the label of the pods
    a.yaml:5:39 invalid-value "app": the selector wants `app` to be `a` or `b`, but its pods have no label `app` | add it to `spec.template.metadata.labels`
    a.yaml:5:39 invalid-value "app": the selector wants `app` not to be `web`, but its pods have `app: web` | change the selector, or the label of the pods
    a.yaml:5:39 invalid-value "app": the selector wants the label `app`, but its pods have no label `app` | add it to `spec.template.metadata.labels`
    a.yaml:5:69 invalid-value "b": the selector wants no label `b`, but its pods have it | change the selector, or the label of the pods
    "#);
    let absent = selecting("ReplicaSet", "{matchLabels: {app: web, a: b}}", "{app: wbe}");
    insta::assert_snapshot!(in_tree(&absent), @r#"a.yaml:5:33 invalid-value "web": the selector wants `app: web`, but its pods have `app: wbe` | write the same in both places"#);
}

#[test]
fn mounts_name_volumes_of_their_pod() {
    let fine = "      containers:\n      - {name: a, image: a, volumeMounts: [{name: data, mountPath: /a}, {name: '$(X)', mountPath: /b}]}\n      volumes: [{name: data}, {name: unused, emptyDir: {}}]\n";
    nothing(&deployment(fine));
    nothing(&deployment(&fine.replace("{name: data}", "{name: '${VOLUME}'}")));
    let claims = "  serviceName: a\n  selector: {matchLabels: {a: b}}\n  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: a, image: a, volumeMounts: [{name: data, mountPath: /a}]}]}\n";
    nothing(&object("apps/v1", "StatefulSet", claims));
    let wrong = "      initContainers:\n      - {name: b, image: a, volumeDevices: [{name: disk, devicePath: /dev/a}]}\n      containers:\n      - {name: a, image: a, volumeMounts: [{name: dta, mountPath: /a}]}\n      volumes:\n      - {name: data, configMap: {name: a}, secret: {secretName: b}}\n      - {name: all, projected: {sources: [{secret: {name: a}, configMap: {name: b}}, {}]}}\n";
    insta::assert_snapshot!(said(&deployment(wrong)), @r#"
    a.yaml:10:52 undefined-reference "disk": container `b` mounts volume `disk`, which its pod does not have | add it to `volumes` of the pod
    a.yaml:12:51 undefined-reference "dta": container `a` mounts volume `dta`, which its pod does not have | did you mean `data`?
    a.yaml:14:44 exclusive-keys "secret": volume `data` has both `configMap` and `secret` | keep one of the two
    a.yaml:15:63 exclusive-keys "configMap": this source of a projected volume has both `secret` and `configMap` | keep one of the two
    "#);
    insta::assert_snapshot!(in_tree(&deployment(wrong)), @r#"
    a.yaml:14:44 exclusive-keys "secret": volume `data` has both `configMap` and `secret` | keep one of the two
    a.yaml:15:63 exclusive-keys "configMap": this source of a projected volume has both `secret` and `configMap` | keep one of the two
    "#);
}

#[test]
fn a_container_says_each_thing_once() {
    nothing(&deployment(
        "      hostNetwork: true\n      containers:\n      - name: a\n        image: a\n        env: [{name: A, value: '', valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: B, value: '${B}', valueFrom: {secretKeyRef: {name: a, key: b}}}]\n        envFrom: [{prefix: A_, secretRef: {name: a}}]\n        livenessProbe: {httpGet: {path: /, port: 80}, tcpSocket: null, successThreshold: 1}\n        lifecycle: {preStop: {sleep: {seconds: 1}}}\n        ports: [{containerPort: 80, hostPort: 80}, {containerPort: 80, hostPort: 80, protocol: UDP, name: b}]\n        resources: {requests: {cpu: 1, memory: 1Gi, nvidia.com/gpu: 1}, limits: {cpu: 1000m, memory: 1024Mi, hugepages-2Mi: 4Mi}}\n        securityContext: {privileged: true, allowPrivilegeEscalation: true}\n      initContainers: [{name: side, image: a, restartPolicy: Always, readinessProbe: {exec: {command: [a]}}}]\n      tolerations: [{operator: Exists, effect: NoSchedule}, {key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 3}]\n",
    ));
    let wrong = deployment(
        "      hostNetwork: true\n      containers:\n      - name: a\n        env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: B, valueFrom: {}}]\n        envFrom: [{configMapRef: {name: a}, secretRef: {name: a}}, {prefix: A_}]\n        livenessProbe: {httpGet: {path: /, port: 80}, exec: {command: [a]}, successThreshold: 2}\n        readinessProbe: {periodSeconds: 3, terminationGracePeriodSeconds: 4}\n        lifecycle: {preStop: {}}\n        ports: [{containerPort: 80, hostPort: 81}]\n        resources: {requests: {cpu: 2, memory: 1Gi, gpu: 1}, limits: {cpu: 1500m, memory: 1G, memroy: 1Gi}}\n        securityContext: {allowPrivilegeEscalation: false, privileged: true}\n      - {name: b, image: a, ports: [{containerPort: 81, hostPort: 81}]}\n      initContainers: [{name: a, image: a, livenessProbe: {exec: {command: [a]}}}]\n      tolerations: [{key: a, operator: Exists, value: b}, {key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 3}]\n",
    );
    insta::assert_snapshot!(said(&wrong), @r#"
    a.yaml:11:15 missing-key "a": container `a` has no `image` | add `image`
    a.yaml:12:35 exclusive-keys "valueFrom": variable `A` has both `value` and `valueFrom` | keep one of the two
    a.yaml:12:97 missing-key "valueFrom": `valueFrom` of variable `B` has no `configMapKeyRef`, `fieldRef`, `fileKeyRef`, `resourceFieldRef` or `secretKeyRef` | add one of them
    a.yaml:13:45 exclusive-keys "secretRef": this item of `envFrom` has both `configMapRef` and `secretRef` | keep one of the two
    a.yaml:13:69 missing-key "prefix": this item of `envFrom` has no `configMapRef` or `secretRef` | add one of them
    a.yaml:14:55 exclusive-keys "exec": `livenessProbe` of container `a` has both `httpGet` and `exec` | keep one of the two
    a.yaml:14:95 invalid-value "2": `successThreshold` of a livenessProbe must be 1 | leave it out
    a.yaml:15:9 missing-key "readinessProbe": `readinessProbe` of container `a` has no `exec`, `grpc`, `httpGet` or `tcpSocket` | add one of them
    a.yaml:15:44 invalid-value "terminationGracePeriodSeconds": a readinessProbe has no `terminationGracePeriodSeconds`: it stops nothing | remove it
    a.yaml:16:21 missing-key "preStop": `preStop` of container `a` has no `exec`, `httpGet`, `sleep` or `tcpSocket` | add one of them
    a.yaml:17:47 invalid-value "81": `hostPort` is 81, but on the network of the host it is the `containerPort` | write the same number, or leave `hostPort` out
    a.yaml:18:37 invalid-value "2": container `a` requests `cpu: 2`, which is more than its limit `1500m` | lower the request, or raise the limit
    a.yaml:18:48 invalid-value "1Gi": container `a` requests `memory: 1Gi`, which is more than its limit `1G` | lower the request, or raise the limit
    a.yaml:18:53 invalid-value "gpu": a container has no resource `gpu` | it is `cpu`, `memory`, `ephemeral-storage`, `hugepages-SIZE`, or a name with a domain before it, as `nvidia.com/gpu`
    a.yaml:18:95 invalid-value "memroy": a container has no resource `memroy` | did you mean `memory`?
    a.yaml:19:53 invalid-value "false": container `a` is privileged, but has `allowPrivilegeEscalation: false` | make it `privileged: false`, or leave `allowPrivilegeEscalation` out
    a.yaml:20:67 duplicate-item "81": the host port `81/TCP` stands twice | each must have its own
    a.yaml:21:31 duplicate-item "a": the container `a` stands twice | each must have its own
    a.yaml:21:44 invalid-value "livenessProbe": init container `a` has `livenessProbe`, which only containers that run on may have | remove it, or make the container a sidecar: `restartPolicy: Always`
    a.yaml:22:48 exclusive-keys "value": a toleration with `operator: Exists` has a `value` | remove it, or write `operator: Equal`
    a.yaml:22:106 invalid-value "tolerationSeconds": a toleration of `NoSchedule` has `tolerationSeconds` | only with `effect: NoExecute` is there a time to count
    "#);
    insta::assert_snapshot!(in_tree(&wrong), @r#"
    a.yaml:12:35 exclusive-keys "valueFrom": variable `A` has both `value` and `valueFrom` | keep one of the two
    a.yaml:13:45 exclusive-keys "secretRef": this item of `envFrom` has both `configMapRef` and `secretRef` | keep one of the two
    a.yaml:14:55 exclusive-keys "exec": `livenessProbe` of container `a` has both `httpGet` and `exec` | keep one of the two
    a.yaml:14:95 invalid-value "2": `successThreshold` of a livenessProbe must be 1 | leave it out
    a.yaml:15:44 invalid-value "terminationGracePeriodSeconds": a readinessProbe has no `terminationGracePeriodSeconds`: it stops nothing | remove it
    a.yaml:17:47 invalid-value "81": `hostPort` is 81, but on the network of the host it is the `containerPort` | write the same number, or leave `hostPort` out
    a.yaml:18:37 invalid-value "2": container `a` requests `cpu: 2`, which is more than its limit `1500m` | lower the request, or raise the limit
    a.yaml:18:48 invalid-value "1Gi": container `a` requests `memory: 1Gi`, which is more than its limit `1G` | lower the request, or raise the limit
    a.yaml:18:53 invalid-value "gpu": a container has no resource `gpu` | it is `cpu`, `memory`, `ephemeral-storage`, `hugepages-SIZE`, or a name with a domain before it, as `nvidia.com/gpu`
    a.yaml:18:95 invalid-value "memroy": a container has no resource `memroy` | did you mean `memory`?
    a.yaml:19:53 invalid-value "false": container `a` is privileged, but has `allowPrivilegeEscalation: false` | make it `privileged: false`, or leave `allowPrivilegeEscalation` out
    a.yaml:20:67 duplicate-item "81": the host port `81/TCP` stands twice | each must have its own
    a.yaml:21:31 duplicate-item "a": the container `a` stands twice | each must have its own
    a.yaml:22:48 exclusive-keys "value": a toleration with `operator: Exists` has a `value` | remove it, or write `operator: Equal`
    a.yaml:22:106 invalid-value "tolerationSeconds": a toleration of `NoSchedule` has `tolerationSeconds` | only with `effect: NoExecute` is there a time to count
    "#);
}

#[test]
fn pods_are_restarted_as_their_workload_asks() {
    let job = |policy: &str| {
        let spec = format!("  template: {{spec: {{{policy}containers: [{{name: a, image: a}}]}}}}\n");
        object("batch/v1", "Job", &spec)
    };
    nothing(&job("restartPolicy: Never, "));
    nothing(&job("restartPolicy: '${POLICY}', "));
    nothing(&object("v1", "Pod", "  restartPolicy: OnFailure\n  containers: [{name: a, image: a}]\n"));
    assert_eq!(in_tree(&job("")), "");
    let cron = |schedule: &str| {
        let spec = format!(
            "  {schedule}\n  jobTemplate: {{spec: {{template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: a}}]}}}}}}}}\n"
        );
        object("batch/v1", "CronJob", &spec)
    };
    nothing(&cron("schedule: '@daily'\n  timeZone: Europe/Berlin"));
    nothing(&cron("schedule: ${SCHEDULE}\n  timeZone: ${ZONE}"));
    let deployed = "      restartPolicy: Never\n      activeDeadlineSeconds: 3\n      containers: [{name: a, image: a}]\n";
    let all = [
        job(""),
        job("restartPolicy: Always, "),
        cron("schedule: '0 25 * * *'\n  timeZone: Europe/Berln"),
        deployment(deployed),
    ];
    insta::assert_snapshot!(all.map(|text| said(&text)).join("\n"), @r#"
    a.yaml:5:14 missing-key "spec": the pods of a Job need a `restartPolicy`: without one they are always restarted | write `restartPolicy: OnFailure`, or `Never`
    a.yaml:5:36 invalid-value "Always": the pods of a Job come to an end, but `restartPolicy` is `Always` | write `restartPolicy: OnFailure`, or `Never`
    a.yaml:5:16 invalid-value "25": `25` is no value in the schedule's hour | it is a number from 0 to 23
    a.yaml:6:13 invalid-value "Europe/Berln": there is no time zone `Europe/Berln` | did you mean `Europe/Berlin`?
    a.yaml:9:22 invalid-value "Never": the pods of a Deployment are always restarted, but `restartPolicy` is `Never` | remove it, or make this a Job
    a.yaml:10:7 invalid-value "activeDeadlineSeconds": the pods of a Deployment have no deadline | remove it; only Jobs and Pods have `activeDeadlineSeconds`
    "#);
}

#[test]
fn numbers_of_workloads_fit_together() {
    let scaled = |least: &str, most: &str| {
        let target = "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n";
        object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            &format!("{target}  minReplicas: {least}\n  maxReplicas: {most}\n"),
        )
    };
    nothing(&scaled("3", "3"));
    nothing(&scaled("${MIN}", "3"));
    let budget = |spec: &str| object("policy/v1", "PodDisruptionBudget", spec);
    nothing(&budget("  minAvailable: 1\n  maxUnavailable: null\n  selector: {matchLabels: {a: b}}\n"));
    let rolling = |strategy: &str| {
        deployment("      containers: [{name: a, image: a}]\n")
            .replace("  selector:", &format!("  {strategy}\n  selector:"))
    };
    nothing(&rolling("strategy: {type: Recreate, rollingUpdate: null}"));
    nothing(&rolling("strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1%}}"));
    let all = [
        scaled("3", "2"),
        budget("  minAvailable: 1\n  maxUnavailable: 1\n  selector: {matchLabels: {a: b}}\n"),
        rolling("strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}"),
        rolling("strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}"),
        rolling("progressDeadlineSeconds: 30\n  minReadySeconds: 30"),
    ];
    insta::assert_snapshot!(all.map(|text| said(&text)).join("\n"), @r#"
    a.yaml:7:16 invalid-value "2": `maxReplicas` is 2, but `minReplicas` is 3 | write 3 or more, or lower `minReplicas`
    a.yaml:6:3 exclusive-keys "maxUnavailable": a budget has `minAvailable` or `maxUnavailable`, not both | keep one of the two
    a.yaml:5:30 exclusive-keys "rollingUpdate": a strategy of `Recreate` has `rollingUpdate` | remove it, or write `type: RollingUpdate`
    a.yaml:5:59 invalid-value "0%": `maxSurge` and `maxUnavailable` are both 0, so that no pod can be replaced | let one of them be 1 or more
    a.yaml:5:28 invalid-value "30": `progressDeadlineSeconds` is 30, but must be more than `minReadySeconds` | write more than 30
    "#);
}

#[test]
fn services_ingresses_and_policies_are_complete_and_clear() {
    let service = |spec: &str| object("v1", "Service", spec);
    let ingress = |spec: &str| object("networking.k8s.io/v1", "Ingress", spec);
    let policy =
        |spec: &str| object("networking.k8s.io/v1", "NetworkPolicy", &format!("  podSelector: {{}}\n{spec}"));
    nothing(&service("  ports: [{port: 80}]\n"));
    nothing(&service("  clusterIP: None\n"));
    nothing(&service(
        "  type: NodePort\n  ports: [{name: a, port: 80, nodePort: 30000}, {name: b, port: 80, protocol: UDP, nodePort: 30000}]\n",
    ));
    nothing(&service("  type: ${TYPE}\n  ports: [{port: 80, nodePort: 30000}]\n"));
    nothing(&service("  type: ExternalName\n  externalName: a.example.com\n"));
    nothing(&ingress(
        "  tls: [{hosts: ['*.example.com']}]\n  rules:\n  - host: ${HOST}\n    http:\n      paths:\n      - {path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}\n      - {pathType: ImplementationSpecific, backend: {service: {name: a, port: {name: http}}}}\n",
    ));
    nothing(&policy(
        "  egress:\n  - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, '169.254.169.254/32']}}, {ipBlock: {cidr: '::/0', except: ['fd00::/8']}}, {ipBlock: {cidr: '${RANGE}', except: [010.0.0.0/8]}}, {podSelector: {}, namespaceSelector: {}}]\n    ports: [{port: 1, endPort: 2}]\n",
    ));
    let all = [
        service("  ports: [{port: 80, name: a}, {port: 81}, {port: 82, name: a, nodePort: 30000}]\n"),
        service("  type: NodePort\n"),
        service(
            "  type: NodePort\n  clusterIP: None\n  ports: [{name: a, port: 1, nodePort: 30000}, {name: b, port: 2, nodePort: 30000}]\n",
        ),
        service("  type: ExternalName\n"),
        ingress("  ingressClassName: a\n"),
        ingress(
            "  tls: [{hosts: ['https://a.example.com']}]\n  defaultBackend: {service: {name: a, port: {}}}\n  rules:\n  - host: 10.0.0.1\n    http:\n      paths:\n      - {path: a, pathType: ImplementationSpecific, backend: {service: {name: a, port: {name: http, number: 80}}, resource: {kind: A, name: a}}}\n      - {path: /a//b, pathType: Exact, backend: {service: {name: a, port: {number: 80}}}}\n      - {path: /a/.., pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}\n      - {pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}\n",
        ),
        policy(
            "  ingress:\n  - from: [{ipBlock: {cidr: 10.0.0.0}}, {ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16, 10.0.0.0/8, x]}}, {ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}, {}]\n    ports: [{port: 5, endPort: 2}]\n",
        ),
    ];
    insta::assert_snapshot!(all.map(|text| said(&text)).join("\n"), @r#"
    a.yaml:5:33 missing-key "port": a port of a Service with several has no `name` | give each of the ports a `name`
    a.yaml:5:61 duplicate-item "a": the port `a` stands twice | each must have its own
    a.yaml:5:64 invalid-value "nodePort": a Service of type `ClusterIP` has a `nodePort` | write `type: NodePort`, or remove it
    a.yaml:4:1 missing-key "spec": a Service has no `ports` | add `ports`, or make it headless: `clusterIP: None`
    a.yaml:6:14 invalid-value "None": a Service of type `NodePort` has no cluster address, but needs one | remove `clusterIP: None`, or leave the type out
    a.yaml:7:77 duplicate-item "30000": the node port `30000/TCP` stands twice | each must have its own
    a.yaml:4:1 missing-key "spec": a Service of type `ExternalName` has no `externalName` | add the name it stands for
    a.yaml:4:1 missing-key "spec": an Ingress has neither `rules` nor a `defaultBackend` | add one of them
    a.yaml:5:18 invalid-value "'https://a.example.com'": the host `https://a.example.com` must be a DNS name in small letters, without scheme, port and path; `*` may only be its first part
    a.yaml:6:39 missing-key "port": the port of a backend has neither `name` nor `number` | add one of them
    a.yaml:8:11 invalid-value "10.0.0.1": the host `10.0.0.1` must be a DNS name, and no address
    a.yaml:11:16 invalid-value "a": the path `a` must begin with `/`
    a.yaml:11:101 exclusive-keys "number": the port of a backend has a `name` or a `number`, not both | keep one of the two
    a.yaml:11:115 exclusive-keys "resource": this backend has both `service` and `resource` | keep one of the two
    a.yaml:12:16 invalid-value "/a//b": a path of type `Exact` cannot have `//` in it
    a.yaml:13:16 invalid-value "/a/..": a path of type `Prefix` cannot end with `/..`
    a.yaml:14:10 missing-key "pathType": a path of type `Prefix` has no `path` | add `path: /`, or another one
    a.yaml:7:29 invalid-value "10.0.0.0": `10.0.0.0` is no range of addresses | write `10.0.0.0/32` for the one address
    a.yaml:7:79 invalid-value "11.0.0.0/16": `11.0.0.0/16` is no smaller part of `10.0.0.0/8` | what is excepted must be in `cidr`, and smaller
    a.yaml:7:92 invalid-value "10.0.0.0/8": `10.0.0.0/8` is no smaller part of `10.0.0.0/8` | what is excepted must be in `cidr`, and smaller
    a.yaml:7:104 invalid-value "x": `x` is no range of addresses | write it as `10.0.0.0/8`
    a.yaml:7:140 exclusive-keys "podSelector": this peer has both `ipBlock` and `podSelector` | keep one of the two
    a.yaml:7:158 missing-key "{}": this peer has none of `ipBlock`, `namespaceSelector` and `podSelector` | add one of them; `podSelector: {}` is every pod
    a.yaml:8:32 invalid-value "2": `endPort` is 2, but `port` is 5 | write 5 or more
    "#);
}

#[test]
fn data_storage_and_access_have_what_their_kind_asks_for() {
    let secret = |rest: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n{rest}");
    let claim = |spec: &str| object("v1", "PersistentVolumeClaim", spec);
    let rbac = |kind: &str, rest: &str| {
        format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: a}}\n{rest}")
    };
    nothing(&secret("type: kubernetes.io/tls\ndata: {tls.crt: ''}\nstringData: {tls.key: ''}\n"));
    nothing(&secret("type: kubernetes.io/basic-auth\nstringData: {password: x}\n"));
    nothing(&secret("type: kubernetes.io/tls\ndata: {'${KEY}': ''}\n"));
    nothing(&secret("type: example.com/own\n"));
    nothing(&claim("  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n"));
    nothing(&rbac(
        "RoleBinding",
        "roleRef: {kind: Role, name: a, apiGroup: rbac.authorization.k8s.io}\nsubjects: [{kind: ServiceAccount, name: a}, {kind: User, name: b}]\n",
    ));
    nothing(&rbac(
        "ClusterRole",
        "rules: [{nonResourceURLs: [/metrics], verbs: [get]}, {apiGroups: [''], resources: [pods], verbs: [get]}]\n",
    ));
    let bound = rbac(
        "ClusterRoleBinding",
        "roleRef: {kind: Role, name: a, apiGroup: rbac.authorization.k8s.io}\nsubjects: [{kind: ServiceAccount, name: a, apiGroup: rbac.authorization.k8s.io}]\n",
    );
    let all = [
        secret("type: kubernetes.io/tls\ndata: {tls.crt: ''}\n"),
        secret("type: kubernetes.io/basic-auth\n"),
        secret("type: kubernetes.io/service-account-token\n"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\nbinaryData: {a: Yg==}\n"
            .to_owned(),
        claim("  resources: {}\n"),
        bound.clone(),
        rbac(
            "Role",
            "rules: [{nonResourceURLs: [/metrics], verbs: [get]}, {resources: [pods], verbs: [get]}]\n",
        ),
        rbac(
            "ClusterRole",
            "rules: [{nonResourceURLs: [/metrics], resources: [pods], verbs: [get]}, {apiGroups: [''], verbs: [get]}]\n",
        ),
    ];
    insta::assert_snapshot!(all.map(|text| said(&text)).join("\n"), @r#"
    a.yaml:5:1 missing-key "data": a Secret of type `kubernetes.io/tls` needs `tls.key` | add it to `data`, or to `stringData`; or leave `type` out
    a.yaml:2:1 missing-key "kind": a Secret of type `kubernetes.io/basic-auth` needs `username` or `password` | add it to `data`, or to `stringData`; or leave `type` out
    a.yaml:3:1 missing-key "metadata": a Secret with a token needs the annotation `kubernetes.io/service-account.name` | name the service account there
    a.yaml:5:14 duplicate-item "a": the key `a` stands in `data` and in `binaryData` | remove one of the two
    a.yaml:4:1 missing-key "spec": a claim has no `accessModes` | add `accessModes: [ReadWriteOnce]`, or another mode
    a.yaml:5:3 missing-key "resources": a claim requests no `storage` | add `resources: {requests: {storage: 1Gi}}`, with its size
    a.yaml:4:17 invalid-value "Role": a ClusterRoleBinding cannot bind a `Role` | name a `ClusterRole`, or make this a RoleBinding
    a.yaml:5:41 missing-key "a": a ServiceAccount that a ClusterRoleBinding names needs a `namespace` | add the `namespace` it is in
    a.yaml:5:54 invalid-value "rbac.authorization.k8s.io": a ServiceAccount has no `apiGroup` | remove it, or write `apiGroup: ''`
    a.yaml:4:10 invalid-value "nonResourceURLs": a Role is for one namespace, and URLs are in none | make it a ClusterRole
    a.yaml:4:55 missing-key "resources": this rule has no `apiGroups` | add `apiGroups: ['']` for the core group, or the names of others
    a.yaml:4:39 exclusive-keys "resources": a rule is for resources or for URLs, not for both | keep one of the two
    a.yaml:4:74 missing-key "apiGroups": this rule has no `resources` | add the names of resources, as `resources: [pods]`
    "#);
    insta::assert_snapshot!(in_tree(&bound), @r#"
    a.yaml:4:17 invalid-value "Role": a ClusterRoleBinding cannot bind a `Role` | name a `ClusterRole`, or make this a RoleBinding
    a.yaml:5:54 invalid-value "rbac.authorization.k8s.io": a ServiceAccount has no `apiGroup` | remove it, or write `apiGroup: ''`
    "#);
}

#[test]
fn what_is_shared_behind_aliases_is_said_once_and_in_time() {
    let variables = "{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, ".repeat(2000);
    let containers: Vec<String> =
        (0..2000).map(|at| format!("      - {{name: c{at}, image: a, env: *shared}}\n")).collect();
    let containers = containers.concat();
    let text = deployment(&format!(
        "      containers:\n      - {{name: a, image: a, env: &shared [{variables}]}}\n{containers}"
    ));
    let exclusive = said(&text).lines().filter(|line| line.contains("exclusive-keys")).count();
    assert_eq!(exclusive, 2000);
}

#[test]
fn other_shapes_are_left_alone() {
    for spec in [
        "  selector: a\n  template: b\n",
        "  template: {spec: {containers: {a: b}, volumes: x}}\n",
        "  template: [a]\n",
    ] {
        let found = said(&object("apps/v1", "Deployment", spec));
        assert!(found.lines().all(|line| line.contains("wrong-type") || line.contains("has no")), "{found}");
    }
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, volumeMounts: [{name: x, mountPath: /x}]}]}}}\n";
    let files = [("a.yaml", patch), ("kustomization.yaml", "patches: [{path: a.yaml}]\n")];
    assert_eq!(found(&files), Vec::<String>::new());
}
