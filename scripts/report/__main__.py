"""psychograph report: a result file as one page of HTML that asks nothing of anywhere.

    psychograph report RESULT.h5 --output report.html
    python3 scripts/report RESULT.h5 --output report.html --templates my-templates --wording my-words.json
"""
import argparse
import contextlib
import json
import os
import pathlib
import stat
import sys
import tempfile

import comparison
import content
import playbook
import render
import result


ACCESS_LIST = "system.posix_acl_access"


def options():
    parser = argparse.ArgumentParser(prog="psychograph report", description="A result as one page of HTML, from the file alone.")
    parser.add_argument("result", metavar="RESULT.h5", help="a result of segment, resegment or assign, a comparison, or a campaign")
    parser.add_argument("more", metavar="MORE.h5", nargs="*", help="what typing, playbook, positioning and measure have written of it")
    parser.add_argument("--output", metavar="FILE", default="report.html", help="the page to write (default report.html)")
    parser.add_argument("--json", metavar="FILE", help="write what the page says as JSON, too; - for standard output")
    parser.add_argument("--brief", metavar="FILE", help="write the brief of each segment as text, too (with a playbook); - for standard output")
    parser.add_argument("--templates", metavar="FOLDER", help="templates of your own, which stand in for those of the same name")
    parser.add_argument("--wording", metavar="FILE", help="wording of your own: a JSON file like wording/en.json, whole or in part")
    parser.add_argument("--language", metavar="NAME", default="en", help="a file of the folder wording (default en)")
    return parser.parse_args()


def write(path, text):
    """Whole or not at all. What is replaced hands mode, owner and access list on; a link stays, and leads to the new
    file; a pipe or a device is written as it is."""
    path = pathlib.Path(os.path.realpath(path))
    before = path.stat() if path.exists() else None
    if before is not None and not stat.S_ISREG(before.st_mode):
        path.write_text(text, encoding="utf-8")
        return
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            if before is None:
                os.fchmod(file.fileno(), 0o666 & ~umask())
            else:
                hand_on(file.fileno(), path, before)
        os.replace(partial, path)
    except BaseException:
        pathlib.Path(partial).unlink(missing_ok=True)
        raise


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def hand_on(handle, path, before):
    with contextlib.suppress(PermissionError):
        os.fchown(handle, before.st_uid, before.st_gid)
    os.fchmod(handle, stat.S_IMODE(before.st_mode))
    with contextlib.suppress(OSError):
        os.setxattr(handle, ACCESS_LIST, os.getxattr(path, ACCESS_LIST))


def main():
    wanted = options()
    try:
        words = render.wording(wanted.language, wanted.wording)
        render.require_folder(wanted.templates)
        found = result.read(wanted.result)
        alone = next((kind for kind in ("comparison", "campaign") if kind in found), None)
        if alone and wanted.more:
            raise result.Unreadable(f"{wanted.more[0]}: a {alone} is a page by itself, and takes no other files"
                                    + (": name the result of its segments first" if alone == "campaign" else ""))
        if not alone:
            found["more"] = result.read_more(wanted.more, found["run"].get("model_sha256"))
        told = comparison.of(found, words) if alone == "comparison" else content.campaign_alone(found, words) if alone else content.of(found, words)
        page = render.page(told, words, wanted.templates)
        if wanted.brief and "playbook" not in told["more"]:
            raise result.Unreadable("--brief: a brief is made of a playbook: name the file that `psychograph playbook` has written")
        write(wanted.output, page)
        if wanted.brief and wanted.brief != "-":
            write(wanted.brief, playbook.as_text(told, words))
        elif wanted.brief:
            sys.stdout.reconfigure(encoding="utf-8")
            print(playbook.as_text(told, words), end="")
        if wanted.json == "-":
            sys.stdout.reconfigure(encoding="utf-8")
            print(json.dumps(told, ensure_ascii=False, indent=1))
        elif wanted.json:
            write(wanted.json, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    except result.Unreadable as error:
        print(f"psychograph: {error}", file=sys.stderr)
        return 3
    except render.Unusable as error:
        print(f"psychograph: {error}", file=sys.stderr)
        return 2
    except (KeyError, IndexError, TypeError, AttributeError, ArithmeticError, UnicodeError, RecursionError) as error:
        print(f"psychograph: the wording or the templates don't suit: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"psychograph: {error.filename or wanted.output}: {error.strerror}", file=sys.stderr)
        return 4
    print(f"the page is {wanted.output}", file=sys.stderr if "-" in (wanted.json, wanted.brief) else sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
