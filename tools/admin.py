"""The operator's command line, on any store: ``python -m tools.admin COMMAND``.

    business add ID --name NAME --shortcode 174379 [--till N] [--phone P] [--email E] [--kra-pin PIN]
    user add EMAIL --business ID [--role owner] [--phone P]     the password is asked for, or read from
                                                    standard input; who may approve payouts hears of them
    c2b register ID                                 Daraja learns where to announce and validate payments
    c2b rules ID [--known-account] [--open-invoice] [--check-digit] [--min-cents N] [--max-cents N]
    mail hook                                       what SendGrid posts receipts by mail to
    labels ID                                       what people said of receipts, for `make train`
    dead-letters list | show ID | replay [ID]       events that a function refused for good; "system" has
                                                    callbacks that named no payment of ours
    verify [ID] [--anchor NUMBER:HASH]              hash and add up all books again, compare every document
    trial-balance ID [--as-of DAY] [--detail]       every account's balance
    export ID [--output FILE]                       the journal as beancount text
    drift ID [--payments 1000]                      what people said of matches, beside how sure they were
    sums [ID] [--again]                             the sums by day that answers use, held against the records
    seal [ID] [--strays] | rebuild-rollups [ID]     what the sweep does; rollups made again from the blocks

Settings come from the environment as everywhere; STORE_URL says whose books are meant.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict

from shared.access import Membership, add_business, add_user, businesses
from shared.app import App
from shared.bus.letters import MOST, event_of, find, refused_letters, republish
from shared.core.clock import rfc3339
from shared.core.errors import HesabuError, NotFound, Refused
from shared.core.settings import load_settings
from shared.http.roles import ROLES
from shared.payments.airtel_notices import callback_address
from shared.payments.evidence import body_of
from shared.payments.places import CALLBACKS, PROFILE
from shared.payments.registration import register_c2b
from shared.payments.validating import read_rules
from shared.receipts import labels
from shared.receipts.mail_box import hook_address
from shared.store import Key
from tools import admin_books, admin_matching

Command = Callable[[App, argparse.Namespace], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 1 with one readable line."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    try:
        with closing(App(load_settings())) as app:
            command(app, arguments)
    except HesabuError as error:
        print(f"hesabu: {error.message}", file=sys.stderr)
        return 1
    return 0


def business_add(app: App, arguments: argparse.Namespace) -> None:
    """Add a business. Raises Refused ``business_exists``: its profile may have been changed since."""
    if arguments.id in _known(app):
        raise Refused(f"there is a business '{arguments.id}' already", code="business_exists")
    profile = {
        "name": arguments.name,
        "currency": "KES",
        "kra_pin": arguments.kra_pin,
        "phone": arguments.phone,
        "email": arguments.email,
        "shortcode": arguments.shortcode,
        "till": arguments.till,
        "trust_callback_cents": 0,
        "created_on": rfc3339(app.clock.now()),
    }
    add_business(app.store, arguments.id, profile)
    print(f"business {arguments.id} added")


def user_add(app: App, arguments: argparse.Namespace) -> None:
    """Add a user of one business, or give an existing one a new password. Raises NotFound, Invalid."""
    if arguments.business not in _known(app):
        raise NotFound(f"there is no business '{arguments.business}'")
    membership = Membership(arguments.business, arguments.role)
    add_user(app.store, arguments.email, _password(), [membership], arguments.phone)
    print(f"{arguments.email} may sign in to {arguments.business} as {arguments.role}")


def _password() -> str:
    """From the terminal without showing it, or one line of standard input: never from the command line."""
    if sys.stdin.isatty():
        return getpass.getpass("password: ")
    return sys.stdin.readline().rstrip("\n")


def c2b_register(app: App, arguments: argparse.Namespace) -> None:
    """Register the addresses of a business's paybill or till; production Daraja takes it once."""
    register_c2b(app, arguments.id)
    print(f"payments to {app.settings.daraja_shortcode} are announced to {app.settings.public_url}")


def c2b_rules(app: App, arguments: argparse.Namespace) -> None:
    """Say which payments a business turns away when Safaricom asks; without options it takes all."""
    names = ("known_account", "open_invoice", "check_digit", "min_cents", "max_cents")
    rules = asdict(read_rules({name: getattr(arguments, name) for name in names}))
    profile = app.store.get(arguments.id, PROFILE)
    if profile is None:
        raise NotFound(f"there is no business '{arguments.id}'")
    app.store.transaction(arguments.id, lambda tx: tx.update(tx.require(PROFILE).key, {"validation": rules}))
    print(f"business {arguments.id}: {rules}")


def airtel_address(app: App, _arguments: argparse.Namespace) -> None:
    """Print the callback address to type into Airtel's portal; whoever knows it can post there."""
    print(callback_address(app.settings))


def labels_export(app: App, options: argparse.Namespace) -> None:
    """Print what people of a business said of its receipts, one JSON object a line, for training."""
    for line in labels.export(app.store, options.id):
        print(line)


def mail_hook(app: App, _arguments: argparse.Namespace) -> None:
    """Print the address for SendGrid's Inbound Parse settings; whoever knows it can hand in mails."""
    print(hook_address(app.settings))


def airtel_methods(app: App, arguments: argparse.Namespace) -> None:
    """Say which Airtel app a business collects with, and its method where a number does not tell."""
    changes = {"airtel_app": arguments.app, "preferred_method": arguments.prefer}
    if app.store.get(arguments.id, PROFILE) is None:
        raise NotFound(f"there is no business '{arguments.id}'")
    app.store.transaction(arguments.id, lambda tx: tx.update(tx.require(PROFILE).key, changes))
    print(f"business {arguments.id}: {changes}")


def letters_list(app: App, _arguments: argparse.Namespace) -> None:
    """Print every dead letter."""
    found = refused_letters(app.store, _known(app))
    for letter in found:
        print(f"{letter.id}  {letter.consumer}  {letter.type}  {letter.business}  {letter.reason}")
    print(f"{len(found)} dead letters" + (", and there are more" if len(found) == MOST else ""))


def letters_show(app: App, arguments: argparse.Namespace) -> None:
    """Print one dead letter with its event, and the body of the callback that it is about."""
    business, doc = find(app.store, _known(app), arguments.id)
    event = event_of(doc)
    print(json.dumps({"business": business, **doc.data, "event": event}, indent=2))
    evidence = event.get("data", {}).get("evidence_id")
    callback = app.store.get(business, Key(CALLBACKS, evidence)) if evidence else None
    if callback is not None:
        print(f"came to {callback.data['route']}, about {callback.data['subject']}:")
        print(body_of(callback).decode(errors="backslashreplace"))


def letters_replay(app: App, arguments: argparse.Namespace) -> None:
    """Publish one dead letter again, or all of them."""
    print(f"{republish(app.store, app.bus, _known(app), arguments.id)} events were published again")


def _known(app: App) -> list[str]:
    return [doc.id for doc in businesses(app.store)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.admin", description="Look after the books")
    groups = parser.add_subparsers(required=True, metavar="COMMAND")

    def group(name: str, about: str) -> argparse._SubParsersAction[argparse.ArgumentParser]:
        return groups.add_parser(name, help=about).add_subparsers(required=True, metavar="ACTION")

    def action(
        into: argparse._SubParsersAction[argparse.ArgumentParser], name: str, command: Command
    ) -> argparse.ArgumentParser:
        found = into.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
        found.set_defaults(command=command)
        return found

    business = action(group("business", "businesses"), "add", business_add)
    business.add_argument("id", help="short and lower-case: it stands in callback addresses")
    business.add_argument("--name", required=True)
    business.add_argument("--shortcode", required=True, help="paybill, or the store number of a till")
    for name in ("till", "phone", "email", "kra-pin"):
        business.add_argument(f"--{name}", default="")
    user = action(group("user", "who may sign in"), "add", user_add)
    user.add_argument("email")
    user.add_argument("--business", required=True)
    user.add_argument("--role", default="owner", choices=sorted(ROLES))
    user.add_argument("--phone", default="", help="where an SMS reaches this person, when no e-mail does")
    c2b = group("c2b", "payments that nobody asked for")
    action(c2b, "register", c2b_register).add_argument("id")
    rules = action(c2b, "rules", c2b_rules)
    rules.add_argument("id")
    for name in ("--known-account", "--open-invoice", "--check-digit"):
        rules.add_argument(name, action="store_true")
    for name in ("--min-cents", "--max-cents"):
        rules.add_argument(name, type=int, default=0)
    airtel = group("airtel", "Airtel Money")
    action(airtel, "address", airtel_address)
    methods = action(airtel, "methods", airtel_methods)
    methods.add_argument("id")
    methods.add_argument("--app", default="", help="client id of its app; without one, this installation's")
    methods.add_argument("--prefer", default="", choices=("", "mpesa", "airtel"))
    action(group("mail", "receipts by mail"), "hook", mail_hook)
    action(groups, "labels", labels_export).add_argument("id")
    letters = group("dead-letters", "events that a function refused for good")
    action(letters, "list", letters_list)
    action(letters, "show", letters_show).add_argument("id")
    action(letters, "replay", letters_replay).add_argument("id", nargs="?", help="one of them; all without")
    for part in (admin_books, admin_matching):
        part.add_to(lambda name, command: action(groups, name, command))
    return parser


if __name__ == "__main__":
    sys.exit(main())
