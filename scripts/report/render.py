"""Templates and wording to a page."""
import json
import pathlib

import jinja2

import more

HERE = pathlib.Path(__file__).resolve().parent


class Unusable(Exception):
    """Templates or wording that the page can't be made from."""


def merged(base, own):
    """`own` where it says something; else `base`."""
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    return {**base, **{key: merged(base[key], value) if key in base else value for key, value in own.items()}}


def wording(language, own):
    path = HERE / "wording" / f"{language}.json"
    if path.name != f"{language}.json" or not path.exists():
        known = ", ".join(sorted(one.stem for one in (HERE / "wording").glob("*.json")))
        raise Unusable(f"--language {language}: there is no wording for it; there is {known}")
    words = json.loads(path.read_text(encoding="utf-8-sig"))
    if own:
        try:
            words = merged(words, json.loads(pathlib.Path(own).read_text(encoding="utf-8-sig")))
        except ValueError as error:
            raise Unusable(f"{own}: no JSON: {error}") from error
    return words


def clamp(value, low, high):
    return max(low, min(high, value))


def require_folder(folder):
    if folder and not pathlib.Path(folder).is_dir():
        raise Unusable(f"--templates {folder}: no such folder")


def page(told, words, folder):
    loaders = [jinja2.FileSystemLoader(one) for one in ([folder] if folder else []) + [HERE / "templates"]]
    environment = jinja2.Environment(loader=jinja2.ChoiceLoader(loaders), autoescape=jinja2.select_autoescape(["j2"], default=True),
                                     trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["clamp"] = clamp
    try:
        text = environment.get_template({"comparison": "comparison.html.j2", "campaign": "campaign_page.html.j2"}.get(told.get("kind"), "page.html.j2")).render(c=told, w=words, tool=more.tool(told["more"]["typing"]) if "typing" in told["more"] else None)
    except jinja2.TemplateError as error:
        raise Unusable(f"the templates: {error}") from error
    return text.replace(" %", "\u00a0%")  # a number and its sign stay on one line
