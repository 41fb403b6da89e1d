"""Records the tokens of Flask-JWT-Extended, and its responses to tokens of this library.

    python3 record.py            (needs Flask, PyJWT and Flask-JWT-Extended)

Reads data/configurations.json and data/from-nest.json (from make-tokens.mjs). Writes data/from-flask.json and
data/flask-answers.json. The tokens are issued in 2024 and expire in 2100, so that the tests can replay them at any time.
"""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

import flask
import flask_jwt_extended as fje
import jwt as pyjwt

DATA = Path(__file__).parent / "data"
MADE_AT = datetime(2024, 1, 1, tzinfo=timezone.utc)
KEYS = Path(__file__).parent.parent / "conformance" / "data"


def settings_of(configuration):
    settings = {}
    for name, value in configuration.items():
        if isinstance(value, dict):
            value = (KEYS / value["$file"]).read_text()
        elif name.endswith("_EXPIRES"):
            value = timedelta(seconds=value)
        settings[name] = value
    return settings


def service(configuration):
    app = flask.Flask("service")
    app.config.update(settings_of(configuration))
    fje.JWTManager(app)

    @app.post("/login")
    def login():
        access = fje.create_access_token("alice", fresh=True, additional_claims={"role": "admin"})
        refresh = fje.create_refresh_token("alice")
        response = flask.jsonify(access_token=access, refresh_token=refresh)
        fje.set_access_cookies(response, access)
        fje.set_refresh_cookies(response, refresh)
        return response

    @app.post("/refresh")
    @fje.jwt_required(refresh=True)
    def refresh():
        access = fje.create_access_token(fje.get_jwt_identity())
        response = flask.jsonify(access_token=access)
        fje.set_access_cookies(response, access)
        return response

    @app.post("/logout")
    def logout():
        response = flask.jsonify(done=True)
        fje.unset_jwt_cookies(response)
        return response

    @app.route("/orders", methods=["GET", "POST"])
    @fje.jwt_required()
    def orders():
        return flask.jsonify(identity=fje.get_jwt_identity(), fresh=fje.get_jwt()["fresh"])

    return app


def session_of(app):
    """The tokens and CSRF values of a log-in at this service."""
    client = app.test_client(use_cookies=False)
    with patch("flask_jwt_extended.tokens.datetime") as clock:
        clock.now.return_value = MADE_AT
        login = client.post("/login")
    body = login.get_json()
    with app.test_request_context():
        csrf = {
            kind: fje.decode_token(body[f"{kind}_token"]).get("csrf") for kind in ("access", "refresh")
        }
    return {
        "accessToken": body["access_token"],
        "refreshToken": body["refresh_token"],
        "csrf": csrf,
        "setCookies": login.headers.getlist("Set-Cookie"),
        "unsetCookies": client.post("/logout").headers.getlist("Set-Cookie"),
    }


def answer(client, method, path, headers):
    response = client.open(path, method=method, headers=headers)
    body = response.get_json()
    shown = {"token": "made"} if "access_token" in body else body
    return {"request": f"{method} {path}", "sent": sorted(headers), "status": response.status_code, "json": shown}


def answers_to(app, configuration, tokens):
    """The responses of this service to tokens of the other service, in every configured location."""
    client = app.test_client(use_cookies=False)
    locations = configuration.get("JWT_TOKEN_LOCATION", ["headers"])
    found = []
    for kind, method, path in [("access", "GET", "/orders"), ("access", "POST", "/orders"),
                               ("refresh", "POST", "/refresh"), ("refresh", "GET", "/orders")]:
        token, csrf = tokens[f"{kind}Token"], tokens["csrf"][kind]
        if "headers" in locations:
            found.append(answer(client, method, path, {"Authorization": f"Bearer {token}"}))
        if "cookies" in locations:
            reads = "refresh" if path == "/refresh" else "access"
            cookie = app.config[f"JWT_{reads.upper()}_COOKIE_NAME"]
            header = app.config[f"JWT_{reads.upper()}_CSRF_HEADER_NAME"]
            found.append(answer(client, method, path, {"Cookie": f"{cookie}={token}", header: csrf}))
            found.append(answer(client, method, path, {"Cookie": f"{cookie}={token}"}))
    return found


def write(name, content):
    (DATA / name).write_text(json.dumps(content, indent=2) + "\n")


def main():
    configurations = json.loads((DATA / "configurations.json").read_text())
    versions = {"flask": flask.__version__, "pyjwt": pyjwt.__version__, "flask_jwt_extended": fje.__version__}
    apps = {name: service(configuration) for name, configuration in configurations.items()}
    write("from-flask.json", {"versions": versions, "sessions": {name: session_of(app) for name, app in apps.items()}})
    made = DATA / "from-nest.json"
    if made.exists():
        sessions = json.loads(made.read_text())
        answers = {name: answers_to(apps[name], configurations[name], tokens) for name, tokens in sessions.items()}
        write("flask-answers.json", {"versions": versions, "answers": answers})


main()
