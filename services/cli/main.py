"""`hezheng`: the commands and their options; what each does lives beside this file and is loaded only when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.commands.access import keys_app, users_app, webhooks_app
from services.cli.commands.batch import batch_app
from services.cli.commands.jobs import jobs_app
from services.cli.commands.options import DataDir
from services.cli.commands.policy import policy_app
from services.cli.failures import Commands

app = typer.Typer(
    name="hezheng", cls=Commands, no_args_is_help=True, add_completion=False, help="核证: verifies the evidence of vocational-training subsidy claims."
)
audit_app = typer.Typer(no_args_is_help=True, help="The log of who saw, changed and decided what.")
for _name, _group in (
    ("policy", policy_app), ("batch", batch_app), ("jobs", jobs_app), ("audit", audit_app), ("keys", keys_app), ("users", users_app), ("webhooks", webhooks_app),
):  # fmt: skip
    app.add_typer(_group, name=_name)


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
