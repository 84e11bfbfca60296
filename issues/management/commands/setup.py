"""manage.py setup: all that a new site needs before it is started.

It runs before the settings can be read, which is why `manage.py` calls it by itself and why it
imports nothing that reads them until it has written them.
"""

import getpass
import os
import subprocess  # nosec B404
import sys
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bitsletter import env_file, secret_key
from bitsletter.questions import QUESTIONS, Question
from bitsletter.whereabouts import is_local

BASE_DIR = Path(__file__).resolve().parents[3]
SEEN = "Whoever may list the processes of this machine sees it here, but not in the file."


class Command(BaseCommand):
    help = (
        "Set a site up: ask for its name, address, time zone and sender, keep them in .env, make "
        "its secret key, its database, its static files and the first account. Whatever is there "
        "already stays, so that it may run again. Example: manage.py setup --no-input "
        "--site-url https://news.example.org --editor ada --editor-email ada@example.org"
    )
    requires_system_checks = ()  # nothing can be checked yet

    def add_arguments(self, parser):
        for one in QUESTIONS:
            words = f"{one.words} {SEEN}" if one.is_secret else one.words
            parser.add_argument(one.option, metavar=one.name, help=words)
        parser.add_argument("--editor", help="the name of the first account: editor by default")
        parser.add_argument("--editor-email", help="where this person is reminded and warned")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password of the first account from standard input, and ask nothing; "
            "without it, and without a terminal, one is made and printed",
        )
        parser.add_argument("--no-input", action="store_true", help="ask nothing")
        default = os.environ.get("ENV_FILE") or BASE_DIR / ".env"
        parser.add_argument("--env-file", type=Path, default=default, help="instead of .env")

    def handle(self, **options):
        is_silent = options["no_input"] or options["password_stdin"]
        self.may_ask = not is_silent and sys.stdin.isatty()
        self.file = Path(options["env_file"]).absolute()
        try:
            self.set_up(options)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        except OSError as error:  # such as a folder that is not there, or belongs to somebody else
            raise CommandError(f"Not everything could be kept: {error}") from error
        except (KeyboardInterrupt, EOFError) as error:
            raise CommandError("You have stopped it. Run it again to go on.") from error

    def set_up(self, options: dict) -> None:
        present = env_file.read(self.file)
        values = self.answers(present | os.environ, options)
        if names := env_file.overruled(self.file, values):
            raise CommandError(
                f"The environment says otherwise of {', '.join(names)}, and would win over "
                f"{self.file}. Unset it first, or say the same."
            )
        for name, value in values.items():
            env_file.check(name, value)
        self.make_key(present | os.environ)
        self.check(values)
        for name, value in values.items():
            if present.get(name, "") != value:
                env_file.write(self.file, name, value)
                self.stdout.write(f"{name} is kept in {self.file}.")
        os.environ["ENV_FILE"] = str(self.file)
        django.setup()
        call_command("migrate", verbosity=0)
        self.stdout.write("The database is up to date.")
        self.make_editor(options)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("The static files are ready.")
        self.say_what_comes_next()

    # The settings -------------------------------------------------------------------------------

    def answers(self, present: dict, options: dict) -> dict[str, str]:
        """Give what is to stand in the file, by name; what nobody has said is not in it."""
        values, known = {}, {}
        for one in QUESTIONS:
            said = options[one.name.lower()]
            proposal = present.get(one.name) or one.proposal(known)
            if said is not None:
                values[one.name] = self.confirmed(one, one.read(said), present.get(one.name, ""))
            elif self.may_ask:
                answer = self.ask(one, proposal)
                if answer != proposal or one.name in present or one.name == "SITE_URL":
                    values[one.name] = answer
            elif one.name == "SITE_URL" and one.name not in present:
                raise CommandError("Say where the site is: --site-url https://news.example.org")
            known[one.name] = values.get(one.name, proposal)
        return values

    def ask(self, one: Question, proposal: str) -> str:
        shown = "as it is" if one.is_secret and proposal else proposal
        while True:
            self.stdout.write(f"\n{one.words}")
            said = input(f"{one.name} [{shown}]: ").strip()
            try:
                return one.read(said or proposal)
            except ImproperlyConfigured as error:
                self.stderr.write(str(error))

    def confirmed(self, one: Question, value: str, present: str) -> str:
        """Let a person say whether what is there already is to change."""
        if not self.may_ask or not present or present == value:
            return value
        was = "set" if one.is_secret else present
        said = input(f"{one.name} is {was} in {self.file}. Change it? [y/N] ")
        return value if said.strip().lower() in ("y", "yes") else present

    def make_key(self, present: dict) -> None:
        if present.get("SECRET_KEY"):
            return
        folder = Path(present.get("DATA_DIR") or BASE_DIR / "var").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if secret_key.make(folder):
            self.stdout.write(f"A secret key is kept in {folder / secret_key.NAME}.")

    def check(self, values: dict[str, str]) -> None:
        """Let another process read the settings, before anything of them is kept."""
        command = [sys.executable, str(BASE_DIR / "manage.py"), "check"]
        environment = os.environ | {"ENV_FILE": str(self.file)} | values
        done = subprocess.run(  # nosec B603
            command, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            words = done.stderr.strip()
            if words.startswith("Traceback"):
                words = words.splitlines()[-1].partition(": ")[2]
            raise CommandError(f"The site would not start like this; nothing is kept.\n{words}")

    # The account --------------------------------------------------------------------------------

    def make_editor(self, options: dict) -> None:
        from bitsletter import first_editor

        try:
            if not first_editor.is_needed(options["editor"] or ""):
                self.stdout.write("There is an account already; it stays as it is.")
                return
            name, email = self.editor(options)
            first_editor.check(name, email)
            password = self.password(name, email, options)
        except first_editor.Unusable as error:
            raise CommandError(f"No account was made. {error}") from error
        made = first_editor.make(name, email, password)
        self.stdout.write(f"The account “{name}” may do everything at the writing desk.")
        if not password:
            self.stdout.write(f"Its password is shown this once: {made}")

    def editor(self, options: dict) -> tuple[str, str]:
        name, email = options["editor"], options["editor_email"]
        if self.may_ask and name is None:
            name = input("\nThe name of the first editor [editor]: ").strip()
        if self.may_ask and email is None:
            email = input("The e-mail address of this person, for reminders []: ").strip()
        return name or "editor", email or ""

    def password(self, name: str, email: str, options: dict) -> str:
        """Give the password that was chosen; nothing if one is to be made."""
        from bitsletter import first_editor

        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\r\n")
            first_editor.check_password(name, email, password)
            return password
        while self.may_ask:
            password = getpass.getpass("Password (nothing: one is made and shown once): ")
            if not password:
                break
            try:
                first_editor.check_password(name, email, password)
            except first_editor.Unusable as error:
                self.stderr.write(str(error))
                continue
            if getpass.getpass("The same once more: ") == password:
                return password
            self.stderr.write("That was not the same.")
        return ""

    def say_what_comes_next(self) -> None:
        from django.conf import settings

        steps = ["Start the web server and the worker, as docs/deploy.md says."]
        if is_local(settings.SITE_URL):
            steps = ["Start the web server and the worker: make run"]
        if settings.EMAIL_FILE_PATH:
            steps.append("Letters are files until EMAIL_URL or EMAIL_PROVIDER is set: docs/mail.md")
        if not is_local(settings.SITE_URL):
            steps.append(f"See what mail still needs: manage.py check_mail {settings.SITE_HOST}")
        steps.append(f"Sign in and write: {settings.SITE_URL}/admin/")
        numbered = "\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1))
        self.stdout.write(f"\nThe site is set up. What comes next:\n{numbered}")
