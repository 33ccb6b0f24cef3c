"""dispatch user: who may sign in. Passwords are asked for, or read from standard input; never options."""

import sys
from typing import Annotated

import typer

from api.cli.context import show
from dispatch.errors import Invalid

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Look after who may sign in.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, not from a prompt.")
]


@app.command()
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="The user's name.")],
    role: Annotated[
        str, typer.Option(help="administrator, scheduler, call_taker, technician or integrator.", metavar="ROLE")
    ] = "administrator",
    technician: Annotated[str | None, typer.Option(help="For a technician: the code.", metavar="CODE")] = None,
    territory: Annotated[
        list[str] | None, typer.Option(help="For schedulers and call takers: a code; may be repeated.", metavar="CODE")
    ] = None,
    *,
    password_stdin: FromStdin = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="Only tokens will let this user in.")] = False,
) -> None:
    """Make a user; the first administrator too.

    \b
    Example:
      dispatch user create ana@example.com --name "Ana Ruiz" --role administrator
    """
    from api.cli import users

    chosen = users.role_of(role)
    password = None if no_password else _password(from_stdin=password_stdin)
    told, remark = users.create(email, name, chosen, password, technician, territory or [])
    typer.echo(told)
    if remark is not None:
        typer.echo(f"dispatch: {remark}", err=True)


@app.command("password")
def change_password(email: Email, *, password_stdin: FromStdin = False) -> None:
    """Give a user a new password; ends all their sign-ins.

    \b
    Example:
      dispatch user password ana@example.com
    """
    from api.cli import users

    users.require(email)
    typer.echo(users.change_password(email, _password(from_stdin=password_stdin)))


@app.command()
def token(
    email: Email,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lasts.")] = 30,
    *,
    link: Annotated[bool, typer.Option("--link", help="One for a browser: to sign in at /sign-in for a day.")] = False,
) -> None:
    """Make a token for a client of a user. It is printed once and kept only as a digest.

    \b
    Example:
      dispatch user token ana@example.com --name "billing interface" --days 90
    """
    from api.cli import users

    typer.echo(users.sign_in_token(email) if link else users.token(email, name, days))


@app.command("list")
def list_users() -> None:
    """List all users.

    \b
    Example:
      dispatch user list
    """
    from api.cli import users

    show(users.table())


@app.command("deactivate")
def deactivate_user(email: Email) -> None:
    """Keep a user out: ends sign-ins, tokens and devices.

    \b
    Example:
      dispatch user deactivate ana@example.com
    """
    from api.cli import users

    typer.echo(users.deactivate(email))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Invalid("there is no terminal to ask for the password; send it on standard input with --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
