"""Where the repository is, and every link that follows from it.

What a reader opens on Binder, Colab or a hub are the notebooks that `made` makes, on a branch of
their own (tools/publish.py).
"""

import os
from html import escape
from urllib.parse import urlencode, urlsplit

MADE = "notebooks"  # the branch that tools/publish.py pushes


def locate(url, branch, environ):
    """The repository's address, with no slash at its end, and branch; ("", branch) if nobody knows.

    The variables of a GitHub workflow win over the setting, so that a fork's links lead to the
    fork. A pull request is built from a merge that has no branch of its own: it links to `branch`.
    """
    if slug := environ.get("GITHUB_REPOSITORY"):
        url = environ.get("GITHUB_SERVER_URL", "https://github.com") + "/" + slug
        if not environ.get("GITHUB_HEAD_REF"):
            branch = environ.get("GITHUB_REF_NAME") or branch
    return url.rstrip("/"), branch


def theme_options(url, branch, hub=""):
    """The theme's buttons: none at all without an address, so that none is dead."""
    if not url:
        return {"repository_url": "", "launch_buttons": {}}
    launch = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}
    if urlsplit(url).netloc == "github.com":  # the only host that Colab opens notebooks from
        launch["colab_url"] = "https://colab.research.google.com"
    if hub:
        launch["jupyterhub_url"] = hub
    return {
        "repository_url": url,
        "repository_branch": branch,
        "repository_provider": "gitlab" if "gitlab" in url else "github",
        "launch_buttons": launch,
        "use_repository_button": True,
        "use_edit_page_button": True,
        "use_issues_button": True,
    }


def substitutions(url):
    """Words for the pages: {{ run_online }}."""
    if not url:
        return {
            "run_online": "This copy does not know its repository, so no page has a button that "
            "opens it elsewhere. In the folder that it was built from, `make lab` opens the "
            "chapters in JupyterLab."
        }
    return {
        "run_online": "The rocket at the top of a chapter opens it on Binder or Colab; its first "
        "cell installs what is missing there."
    }


def pages_address(environ):
    """Where GitHub Pages will serve what a GitHub workflow builds; "" anywhere else."""
    owner, _, name = environ.get("GITHUB_REPOSITORY", "").partition("/")
    if not name or environ.get("GITHUB_SERVER_URL", "https://github.com") != "https://github.com":
        return ""
    host = f"https://{owner.lower()}.github.io/"
    return host if name.lower() == f"{owner.lower()}.github.io" else f"{host}{name}/"


def site_prefix(url, baseurl=""):
    """The path where the site will be served: the 404 page, which answers at any depth, needs it.

    GitHub Pages serves OWNER/REPO under /REPO/ and OWNER/OWNER.github.io under /.
    """
    if baseurl:
        return urlsplit(baseurl).path.rstrip("/") + "/"
    name = url.rpartition("/")[2]
    return "/" if not name or name.endswith(".github.io") else f"/{name}/"


def configure(app, config):
    options = config.html_theme_options
    setting = options.get("repository_url") or "", options.get("repository_branch") or "main"
    url, branch = locate(*setting, os.environ)
    hub = (options.get("launch_buttons") or {}).get("jupyterhub_url", "")
    options.update(theme_options(url, branch, hub))
    config.myst_substitutions = {**config.myst_substitutions, **substitutions(url)}
    baseurl = config.html_baseurl or pages_address(os.environ)
    config.html_baseurl = baseurl and baseurl.rstrip("/") + "/"
    config.notfound_urls_prefix = site_prefix(url, config.html_baseurl)


def lead_to_made(buttons, branch):
    """Have the launch buttons open the made notebooks: the theme knows one branch for all links."""
    for group in buttons:
        if group.get("label") == "launch-buttons":
            for button in group["buttons"]:
                button["url"] = on_branch(button["url"], branch, MADE)


def on_branch(url, branch, other):
    """The address of a launch button with another branch: of Binder, Colab or a hub."""
    for mark in ("/{}?urlpath=", "/blob/{}/", "branch={}"):
        url = url.replace(mark.format(branch), mark.format(other), 1)
    return url


def launch_line(buttons):
    """The theme's launch buttons once more, in words: its own stand behind a rocket."""
    links = [
        f'<a class="reference external" href="{escape(button["url"])}">{button["text"]}</a>'
        for group in buttons
        if group.get("label") == "launch-buttons"
        for button in group["buttons"]
    ]
    if not links:
        return ""
    return f'\n<p class="launch d-print-none">Change and run it: {" ".join(links)}</p>'


def issue_url(repository, title, page, edition):
    """Where a reader reports a mistake on a page: a form that knows already which page it is."""
    told = f"Mistake in “{title}”"
    if "gitlab" in repository:
        text = f"Page: {page}\n{edition}\n\nWhat is wrong, and what should it say?\n"
        asked = {"issue[title]": told, "issue[description]": text}
        return f"{repository}/-/issues/new?{urlencode(asked)}"
    # `page` and `edition` are fields of .github/ISSUE_TEMPLATE/mistake.yml.
    asked = {"template": "mistake.yml", "title": told, "page": page, "edition": edition}
    return f"{repository}/issues/new?{urlencode(asked)}"


def offer_launch(app, page, template, context, doctree):
    """Say at the top of a chapter where it runs."""
    if doctree is not None:
        buttons = context.get("header_buttons", [])
        lead_to_made(buttons, app.config.html_theme_options.get("repository_branch"))
        line = launch_line(buttons)
        context["body"] = context["body"].replace("</h1>", f"</h1>{line}", 1)


def offer_report(app, page, template, context, doctree):
    """Give each page of the book the address for a report, for `report.html` at its end."""
    repository = app.config.html_theme_options.get("repository_url")
    if repository and doctree is not None:
        title = app.env.titles[page].astext()
        address = context.get("pageurl") or page
        context["report_url"] = issue_url(repository, title, address, app.config.edition)


def setup(app):
    app.connect("config-inited", configure)
    app.connect("html-page-context", offer_report, priority=400)  # the theme drops empty parts
    app.connect("html-page-context", offer_launch, priority=900)  # when it has made its buttons
