"""What goes wrong in files that say what is built, shipped and run: notes for the lens that reads a chunk with some.

Models know these languages less well than code, and review them worse. The notes stand in the question's last block,
behind the diff: what all lenses of a chunk share stays the same, byte for byte, and is read from the cache. They cost
about 400 tokens for each kind that the chunk holds, and no further call. Other chunks are asked as ever.

Sources, by kind:
workflows and actions https://docs.github.com/actions/reference/security/secure-use, https://docs.zizmor.sh/audits/,
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax;
GitLab https://docs.gitlab.com/ci/yaml/, https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/;
Dockerfiles https://docs.docker.com/build/building/best-practices/, https://docs.docker.com/reference/dockerfile/,
https://docs.docker.com/build/building/secrets/; Compose https://docs.docker.com/reference/compose-file/services/,
https://docs.docker.com/engine/network/packet-filtering-firewalls/;
Kubernetes https://kubernetes.io/docs/concepts/security/pod-security-standards/,
https://kubernetes.io/docs/concepts/security/rbac-good-practices/,
https://kubernetes.io/docs/concepts/services-networking/network-policies/;
Helm https://helm.sh/docs/howto/charts_tips_and_tricks/, https://helm.sh/docs/chart_best_practices/;
Terraform https://developer.hashicorp.com/terraform/language/modules/develop/refactoring,
https://developer.hashicorp.com/terraform/language/state/sensitive-data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from app.core.change.classes.delivery import Delivery
from app.lenses.lens import Look

OPENING: Final = """
This diff holds files that say what is built, shipped and run. Of their lines ask besides what follows by kind. There a
fault counts without an attacker: what breaks a build, a deployment or stored data, or lets a check pass that should
fail. What the file leaves to a default counts as written: say which default it is."""

WORKFLOW: Final = """\
GitHub workflow:
- `pull_request_target`, `workflow_run`, `issue_comment` run with the base's token and secrets: does a step check out,
  build, install, unpack or run what a pull request brings (its head SHA or ref, its artifacts, its package scripts)?
- `${{ }}` in `run:` or `script:` is pasted in before the shell reads it: title, body, branch, label, commit message,
  `github.head_ref`, `inputs`. So is text from outside that is written to `GITHUB_ENV`, `GITHUB_PATH`, `GITHUB_OUTPUT`.
- `permissions:` missing, or wider than the steps need; `id-token: write` or `contents: write` beside foreign code.
- Actions, reusable workflows and images of others by tag or branch instead of commit or digest; `curl … | sh`.
- Secrets in `env:` of a whole job, passed on by `secrets: inherit`, or in reach of a step that runs untrusted code;
  a self-hosted runner or a shared cache that a stranger's pull request can write to.
- `if:` with text, or the line break of a `|`, around `${{ }}` is always true; outputs are texts, and 'false' is true;
  `contains` on a text; `github.actor` as proof of a bot; a required job that is skipped counts as passed.
- A failure that is lost: `continue-on-error`, `|| true`, a pipe without `pipefail`, `always()` before a deployment."""

ACTION: Final = """\
Action (`action.yml`):
- `${{ inputs.x }}` or `${{ github.… }}` in `run:` is pasted in before the shell reads it: pass it through `env:`.
- Inputs are texts: 'false' is true in `if:`; `required: true` is not enforced, so an absent one is empty.
- `uses:` by tag or branch instead of commit; `./path` is looked up in the caller's repository, not in the action's
  (`github.action_path`); a `run:` without `shell:` is refused.
- A secret or token that is printed, written to disk or to an output; an output, input or default that callers rely on
  was renamed, dropped or changed in meaning; a `post` step that no longer cleans up.
- A script of the action that trusts files of the caller's workspace, which may be a stranger's pull request."""

GITLAB: Final = """\
GitLab CI:
- Does a pipeline for merge requests of forks, or of an unprotected branch, reach secrets, protected runners or deploys?
- `$CI_COMMIT_MESSAGE`, `$CI_COMMIT_REF_NAME`, `$CI_MERGE_REQUEST_TITLE` come from anybody: unquoted, in `eval`, in
  `sh -c` or in a command for another host they are commands. A `dotenv` report sets variables of later jobs.
- `include:` of a remote file, project or component, and images, by a name that can move.
- `when: manual` outside `rules` has `allow_failure: true` and holds nothing back; within `rules` it blocks.
- `rules` without a last match, a first match that is too wide, branch and merge request pipelines both; `changes:` is
  always true where no push is compared; `only` beside `rules`.
- `extends`, `default`, anchors: a list (`script`, `rules`) replaces the other, they are not joined.
- `allow_failure`, `|| true`, a pipe without `pipefail`; work in `after_script`, whose failure does not fail the job.
- Caches are shared between branches and can be written by an untrusted job; artifacts may be public, or expired."""

DOCKERFILE: Final = """\
Dockerfile:
- `FROM`, `COPY --from` and downloads by a name that can move (`latest`, a tag without digest, no checksum).
- A secret in `ARG`, `ENV`, `COPY` or `RUN` stays in a layer or the history, deleted or not; `RUN --mount=type=secret`.
- No `USER`: it runs as root. A `USER` before what needs root, or files that the later user cannot read or write.
- `ADD` of a URL without `--checksum`, or of an archive that it unpacks; `curl … | sh`; TLS or signature checks off.
- `COPY . .` takes `.git`, `.env` and keys along where `.dockerignore` does not name them.
- `apt-get update` in another layer than `install` is stale; sources copied before dependencies spoil the cache.
- `RUN a | b` succeeds if `b` does; `RUN cd x` and variables do not last; `ARG` before `FROM` is empty after it.
- Shell form of `ENTRYPOINT` or `CMD` swallows signals and arguments; exec form expands no `$VARIABLE`.
- The last stage lacks what the program loads at run time, or has another libc; it ships build tools and caches."""

COMPOSE: Final = """\
Compose:
- `ports: "5432:5432"` listens on every address and passes by the host's firewall: `127.0.0.1:` for what is local.
- `privileged`, `cap_add`, `network_mode: host`, `pid: host`, `docker.sock` or directories of the host mounted writable.
- Passwords in `environment`, in a committed `env_file`, or as a default in `${NAME:-…}`; an unset name is empty.
- Images without digest; `build` beside an `image` that others pull.
- `depends_on` waits for a start only, without `condition: service_healthy` and a check that fails when it should.
- Data: a volume that was renamed, dropped, made anonymous, or mounted where the image keeps its program.
- Merged files and `extends` add to `ports` and `volumes` and replace `command`; `$` in a value is `$$`."""

KUBERNETES: Final = """\
Kubernetes:
- `privileged`, `allowPrivilegeEscalation`, `hostNetwork`, `hostPID`, `hostPath`, added capabilities, root as user.
- Roles with `*`, `secrets`, `pods/exec`, `escalate`, `bind` or `impersonate`; bindings to `cluster-admin`,
  `system:authenticated` or the default service account; a token mounted where nothing calls the API.
- Secrets in plain text or base64 in the file, in a ConfigMap, or in `args`.
- Images by `latest` or tag; no requests and limits, or a memory limit below what the program takes.
- Probes: liveness that asks a database restarts all at once; no readiness; a start slower than the probe allows.
- Names that must meet: selector and labels (a Deployment's selector cannot change), `targetPort`, namespace, volume,
  ConfigMap and key, HPA, PDB and NetworkPolicy that select nothing. A changed ConfigMap restarts no pod by itself.
- `LoadBalancer`, `NodePort` or Ingress that opens something internal, or without TLS. NetworkPolicy: an empty peer
  lets all in; two selectors as two items mean or, in one item and.
- Rollout: PDB that allows no eviction, one replica, `ReadWriteOnce` with a rolling update, API version removed."""

HELM: Final = """\
Helm:
- `default` takes false, 0 and "" for unset, so `default true .Values.x` is never false; a missing parent of a value
  ends the rendering; within `range` and `with` the dot is another one, and `$` is the root.
- Text unquoted becomes a number, a boolean or null; `toYaml` with the wrong `nindent`; `{{-` that eats a line break.
- Values that were renamed, or changed their default or type, for people who set them in files of their own.
- Labels of a selector that hold the version or change with a release: the upgrade is refused.
- Passwords in `values.yaml`; `randAlphaNum` and `genCA` make new ones at each upgrade; `tpl` runs values as templates.
- Pods that stay on old settings without a checksum annotation; CRDs in `crds/` are never upgraded; hooks that stay or
  run twice; a dependency by a wide range."""

TERRAFORM: Final = """\
Terraform:
- Open to all: `0.0.0.0/0` or `::/0` to what is not meant for the public, public buckets, snapshots, databases.
- Rights: `*` in actions, resources or principals, `iam:PassRole`, a role for OIDC without a condition on the subject.
- Destroyed and made anew: an argument that forces replacement on something with data, a resource or module renamed or
  moved without `moved`, `count` changed to `for_each`, a list whose items move up, another provider, region or backend.
- What kept it: `prevent_destroy`, `deletion_protection`, final snapshots, versioning or backups taken away;
  `force_destroy`; `create_before_destroy` with a name that can exist once; `ignore_changes` that hides what matters.
- Secrets: in defaults, `tfvars`, outputs, user data. `sensitive` only hides: state holds them in plain text.
- Modules, providers and images by a range or a branch; `provisioner` and `external` that run text of variables.
- `for_each` and `count` over what is known after apply only; a reference where a name or literal hides the order.
- Encryption, logging, TLS or private networking switched off or left to a weak default."""

NOTES: Final[Mapping[Delivery, str]] = MappingProxyType(
    {
        Delivery.WORKFLOW: WORKFLOW,
        Delivery.ACTION: ACTION,
        Delivery.GITLAB: GITLAB,
        Delivery.DOCKERFILE: DOCKERFILE,
        Delivery.COMPOSE: COMPOSE,
        Delivery.KUBERNETES: KUBERNETES,
        Delivery.HELM: HELM,
        Delivery.TERRAFORM: TERRAFORM,
    }
)


def add_notes(look: Look, deliveries: Collection[Delivery]) -> Look:
    """The lens with the notes on such kinds, in their own order; without any it is the lens itself."""
    notes = [NOTES[kind] for kind in Delivery if kind in deliveries]
    return replace(look, questions="\n\n".join([f"{look.questions}\n{OPENING}", *notes])) if notes else look
