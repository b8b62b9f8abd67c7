"""`hezheng`: the commands and their options; what each does lives beside this file and is loaded only when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.failures import Commands

app = typer.Typer(
    name="hezheng", cls=Commands, no_args_is_help=True, add_completion=False, help="核证: verifies the evidence of vocational-training subsidy claims."
)
policy_app = typer.Typer(no_args_is_help=True, help="The policies that claims are judged by.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys of portals.")
batch_app = typer.Typer(no_args_is_help=True, help="Verify many claims again, and see what changed and why.")
jobs_app = typer.Typer(no_args_is_help=True, help="What workers have to do, and what they gave up.")
app.add_typer(policy_app, name="policy")
app.add_typer(batch_app, name="batch")
app.add_typer(jobs_app, name="jobs")
users_app = typer.Typer(no_args_is_help=True, help="People who log in to the reviewer's pages.")
webhooks_app = typer.Typer(no_args_is_help=True, help="Where events are sent.")
audit_app = typer.Typer(no_args_is_help=True, help="The log of who saw, changed and decided what.")
app.add_typer(audit_app, name="audit")
app.add_typer(keys_app, name="keys")
app.add_typer(users_app, name="users")
app.add_typer(webhooks_app, name="webhooks")

DataDir = Annotated[Path | None, typer.Option("--data", help="Keep the store (database, originals, index across claims) here.")]


@app.command()
def verify(
    folders: Annotated[list[Path], typer.Argument(help="Claim folders or zips of them.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="Where the reports go: DIR for one claim, DIR/<folder name>/ for several.")] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="Judge by this policy instead of the claim's own.")] = None,
    data: DataDir = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal failure.")] = False,
) -> None:
    """Read, match, judge and report; no server needed. Exit status: 0 verified, 2 no readable claim, 1 internal failure."""
    from services.cli.verifying import verify_folders

    raise typer.Exit(verify_folders(folders, out=out, policy_id=policy, data=data, debug=debug))


@app.command()
def demo(
    samples: Annotated[Path, typer.Option("--samples", help="The folder of sample claims.")] = Path("samples"),
    out: Annotated[Path, typer.Option("--out", help="Where the reports go.")] = Path("demo-reports"),
) -> None:
    """Verify the sample claims and say where the reports are."""
    from services.cli.verifying import verify_folders

    claims = sorted(folder.parent for folder in samples.glob("*/claim.json"))
    if not claims:
        typer.echo(f"no sample claims in {samples}: run this in the project's folder, or name it with --samples", err=True)
        raise typer.Exit(2)
    raise typer.Exit(verify_folders(claims, out=out, policy_id=None, data=None, debug=False))


@app.command("import-plan")
def import_plan_(
    file: Path,
    name: Annotated[str | None, typer.Option("--name", help="The enterprise's name (default: as the table's title says).")] = None,
    uscc: Annotated[str | None, typer.Option("--uscc", help="The enterprise's unified social credit code.")] = None,
    data: DataDir = None,
) -> None:
    """Take a year's plan table (附件1: xlsx, xls, csv) in as draft claims with the materials they promise."""
    from services.cli import plans

    raise typer.Exit(plans.import_plan(file, name=name, uscc=uscc, data=data))


@app.command("public-list")
def public_list_(
    month: Annotated[str, typer.Option("--month", help="The month, as 2021-11.")],
    out: Annotated[Path | None, typer.Option("--out", help="The workbook to write (default 公示-MONTH.xlsx).")] = None,
    data: DataDir = None,
) -> None:
    """Write the list that is published every month: enterprises and their plan tables, as a workbook."""
    from services.cli import plans

    raise typer.Exit(plans.write_public_list(month, out=out, data=data))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on (default 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on (default 8080; 0: a free one).")] = None,
    data: DataDir = None,
) -> None:
    """API, worker and reviewer's pages on one port."""
    from services.cli import serving

    raise typer.Exit(serving.serve(host=host, port=port, data=data))


@app.command()
def worker(
    data: DataDir = None,
    processes: Annotated[int | None, typer.Option("--processes", min=1, max=64, help="Worker processes (default 1).")] = None,
    lanes: Annotated[str | None, typer.Option("--lanes", help="Only jobs of these lanes: urgent, light, heavy, batch; separated by commas.")] = None,
) -> None:
    """Only workers: they take jobs from the database until they are stopped."""
    from services.cli import serving

    raise typer.Exit(serving.work(data=data, processes=processes, lanes=lanes))


@app.command()
def migrate(data: DataDir = None) -> None:
    """Bring the database up to date."""
    from services.cli import serving

    raise typer.Exit(serving.migrate(data=data))


@app.command("doctor")
def doctor_() -> None:
    """Say what is missing on this machine and how to mend it."""
    from services.cli import doctor

    raise typer.Exit(doctor.run())


@app.command()
def purge(
    claims: Annotated[list[str] | None, typer.Argument(help="Ids or numbers of claims (default: those past their term).", show_default=False)] = None,
    older_than: Annotated[int | None, typer.Option("--older-than", min=1, help="Days since the decision (default HEZHENG_RETENTION_DAYS).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,
    data: DataDir = None,
) -> None:
    """Remove originals and personal data of claims past their term, and temporary files; the audit log says what was removed."""
    from services.cli import purge as purging

    raise typer.Exit(purging.purge(claims or [], older_than, dry_run, data))


@app.command()
def move(
    to_database: Annotated[str, typer.Option("--to-database", help="postgresql://… (or sqlite:///…), empty.")],
    to_blobs: Annotated[str, typer.Option("--to-blobs", help="s3://bucket/prefix?endpoint=…, or a folder.")],
    data: DataDir = None,
) -> None:
    """Carry this installation over to another database and blob store; counts and hashes are compared."""
    from services.cli import moving

    raise typer.Exit(moving.move_installation(to_database, to_blobs, data))


@policy_app.command("list")
def policy_list() -> None:
    """The policies that are known."""
    from services.cli import policies

    raise typer.Exit(policies.list_all())


@policy_app.command("show")
def policy_show(policy_id: str, day: Annotated[str | None, typer.Option("--on", help="The values in force on this day (2021-11-08).")] = None) -> None:
    """A policy's clauses, with the numbers in force on a day."""
    from services.cli import policies

    raise typer.Exit(policies.show(policy_id, day))


@policy_app.command("check")
def policy_check(file: Path) -> None:
    """Whether a policy file can be used; names each mistake with its line and what to do."""
    from services.cli import policies

    raise typer.Exit(policies.check(file))


@keys_app.command("create")
def keys_create(
    name: str,
    scope: Annotated[str, typer.Option("--scope", help="portal: claims and their material; operator: batches too.")] = "portal",
    enterprises: Annotated[list[str] | None, typer.Option("--enterprise", help="Bind the key to this credit code; may be given several times.")] = None,
    data: DataDir = None,
) -> None:
    """A new API key; it is shown once."""
    from services.cli import keys

    raise typer.Exit(keys.create(name, scope, enterprises or [], data))


@keys_app.command("list")
def keys_list(data: DataDir = None) -> None:
    """The API keys: id, name, scope, enterprises, since when, revoked or not."""
    from services.cli import keys

    raise typer.Exit(keys.list_all(data))


@keys_app.command("revoke")
def keys_revoke(key_id: str, data: DataDir = None) -> None:
    """Make an API key worthless."""
    from services.cli import keys

    raise typer.Exit(keys.revoke(key_id, data))


@keys_app.command("rotate")
def keys_rotate(data: DataDir = None) -> None:
    """A new key for personal data: everything is sealed anew with it, while the service runs."""
    from services.cli import keys

    raise typer.Exit(keys.rotate(data))


Role = Annotated[str, typer.Option("--role", help="reviewer, senior, operator or admin.")]


@users_app.command("create")
def users_create(
    login: str,
    role: Role = "reviewer",
    name: Annotated[str | None, typer.Option("--name", help="The name that decisions bear (default: the login).")] = None,
    subject: Annotated[str | None, typer.Option("--oidc-subject", help="`sub` at the identity provider, instead of a password.")] = None,
    data: DataDir = None,
) -> None:
    """A new user; the password is asked for (or read from HEZHENG_PASSWORD or standard input)."""
    from services.cli import users

    raise typer.Exit(users.create(login, role, name, subject, data))


@users_app.command("list")
def users_list(data: DataDir = None) -> None:
    """The users: login, role, name, how they log in."""
    from services.cli import users

    raise typer.Exit(users.list_all(data))


@users_app.command("change")
def users_change(
    login: str,
    role: Annotated[str | None, typer.Option("--role", help="reviewer, senior, operator or admin.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password.")] = False,
    data: DataDir = None,
) -> None:
    """Give a user another role or password; their sessions end."""
    from services.cli import users

    raise typer.Exit(users.change(login, role, password, data))


@users_app.command("disable")
def users_disable(login: str, data: DataDir = None) -> None:
    """Shut a user out at once."""
    from services.cli import users

    raise typer.Exit(users.disable(login, data))


@users_app.command("enable")
def users_enable(login: str, data: DataDir = None) -> None:
    """Let a disabled user in again."""
    from services.cli import users

    raise typer.Exit(users.enable(login, data))


@webhooks_app.command("list")
def webhooks_list(data: DataDir = None) -> None:
    """The webhooks with what was sent to them last."""
    from services.cli import webhooks

    raise typer.Exit(webhooks.list_all(data))


@webhooks_app.command("test")
def webhooks_test(webhook_id: str, data: DataDir = None) -> None:
    """Send a signed `webhook.test` now, and say what was answered."""
    from services.cli import webhooks

    raise typer.Exit(webhooks.test(webhook_id, data))


Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Days = Annotated[str | None, typer.Option(help="A day, as 2021-11-08; inclusive.")]


@batch_app.command("start")
def batch_start(
    policy: Annotated[str | None, typer.Option("--policy", help="Judge by this policy (id or id@version) instead of each claim's own.")] = None,
    roster: Annotated[str | None, typer.Option("--roster", help="newest (default), same (as each was judged by), or a roster version.")] = None,
    reread: Annotated[bool, typer.Option("--reread", help="Read files again that the present readers have not read.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    judged_by: Annotated[str | None, typer.Option("--judged-by", help="Select claims judged by this policy.")] = None,
    enterprise: Annotated[str | None, typer.Option("--enterprise", help="Select an enterprise's, by credit code or name.")] = None,
    submitted_from: Days = None,
    submitted_to: Days = None,
    training_from: Days = None,
    training_to: Days = None,
    verdict: Annotated[list[str] | None, typer.Option("--verdict", help="Select pass, review or fail; may be repeated.")] = None,
    status: Annotated[list[str] | None, typer.Option("--status", help="Select verified, approved, rejected or returned; may be repeated.")] = None,
    code: Annotated[list[str] | None, typer.Option("--code", help="Select claims with this finding; may be repeated.")] = None,
    claim: Annotated[list[str] | None, typer.Option("--claim", help="Select a claim by id or number; may be repeated.")] = None,
    wait: Annotated[bool | None, typer.Option("--wait/--no-wait", help="Watch it to its end (default: only where no worker is running).")] = None,
    as_json: Json = False,
    data: DataDir = None,
) -> None:
    """Verify the selected claims again from what was read before; where no worker is running, here and now."""
    from services.cli import batch

    days = {"submitted_from": submitted_from, "submitted_to": submitted_to, "training_from": training_from, "training_to": training_to}
    lists = {"verdicts": verdict, "statuses": status, "codes": code, "ids": claim}
    selection = {"policy": judged_by, "enterprise": enterprise, **days, **lists}
    order = {"selection": selection, "policy": policy, "roster": roster, "reread": reread, "dry_run": dry_run}
    raise typer.Exit(batch.start(order, wait=wait, as_json=as_json, data=data))


@batch_app.command("list")
def batch_list(limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20, data: DataDir = None) -> None:
    """The batches, the newest first."""
    from services.cli import batch

    raise typer.Exit(batch.list_all(limit=limit, data=data))


@batch_app.command("status")
def batch_status(batch_id: str, as_json: Json = False, data: DataDir = None) -> None:
    """Progress and totals of a batch."""
    from services.cli import batch

    raise typer.Exit(batch.status(batch_id, as_json=as_json, data=data))


@batch_app.command("changes")
def batch_changes(
    batch_id: str,
    out: Annotated[Path | None, typer.Option("--out", help="Write them into this file (.xlsx or .json).")] = None,
    as_json: Json = False,
    data: DataDir = None,
) -> None:
    """What changed in each claim, and why."""
    from services.cli import batch

    raise typer.Exit(batch.changes(batch_id, out=out, as_json=as_json, data=data))


@batch_app.command("pause")
def batch_pause(batch_id: str, data: DataDir = None) -> None:
    """Stop a batch for a while."""
    from services.cli import batch

    raise typer.Exit(batch.act("pause", batch_id, data=data))


@batch_app.command("resume")
def batch_resume(batch_id: str, data: DataDir = None) -> None:
    """Go on with a paused batch."""
    from services.cli import batch

    raise typer.Exit(batch.act("resume", batch_id, data=data))


@batch_app.command("cancel")
def batch_cancel(batch_id: str, data: DataDir = None) -> None:
    """Stop a batch for good; what was written stays."""
    from services.cli import batch

    raise typer.Exit(batch.act("cancel", batch_id, data=data))


@jobs_app.command("list")
def jobs_list(
    state: Annotated[list[str] | None, typer.Option("--state", help="queued, running, done, dead or cancelled; may be repeated.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Only jobs of this name.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000)] = 50,
    as_json: Json = False,
    data: DataDir = None,
) -> None:
    """Jobs, the newest first; without --state those that are waiting, running or given up."""
    from services.cli import jobs

    raise typer.Exit(jobs.list_all(state or [], name, limit, as_json, data))


@jobs_app.command("retry")
def jobs_retry(job_ids: Annotated[list[str] | None, typer.Argument(help="Default: every dead one.")] = None, data: DataDir = None) -> None:
    """Queue dead or cancelled jobs anew."""
    from services.cli import jobs

    raise typer.Exit(jobs.retry(job_ids or [], data))


@jobs_app.command("cancel")
def jobs_cancel(job_id: str, data: DataDir = None) -> None:
    """Let a job be; what a worker is doing for it counts no more."""
    from services.cli import jobs

    raise typer.Exit(jobs.cancel(job_id, data))


@audit_app.command("verify")
def audit_verify(data: DataDir = None) -> None:
    """Check the log from its first entry on; name the first one that was altered, removed or inserted (exit status 1)."""
    from services.cli import reviews

    raise typer.Exit(reviews.verify_audit(data))


@app.command("export-corrections")
def export_corrections(
    data: DataDir = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write here instead of to the screen.")] = None,
    full: Annotated[bool, typer.Option("--full", help="ID numbers in full: the file then holds personal data.")] = False,
) -> None:
    """What reviewers corrected in sheets, one JSON object per line, to calibrate the reader by."""
    from services.cli import reviews

    raise typer.Exit(reviews.export_corrections(data, out, full))


@app.command("rebuild-index")
def rebuild_media_index(data: DataDir = None) -> None:
    """Make the index of photos and videos anew from the database (lost or damaged files mend themselves)."""
    from services.cli import media

    raise typer.Exit(media.rebuild(data))


def main() -> None:
    """The entry point of the installed command."""
    app()
