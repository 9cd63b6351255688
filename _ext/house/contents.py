"""In the contents beside the page, what unfolds has a name for those who do not see its arrow."""


def name_arrows(app, page, template, context, doctree):
    """Name each arrow of the theme's contents after the page whose parts it shows."""
    make = context["generate_toctree_html"]

    def named(*args, **kwargs):
        contents = make(*args, **kwargs)
        for arrow in contents.select("details > summary"):
            arrow["aria-label"] = f"Parts of {arrow.find_parent('li').a.get_text(strip=True)}"
        return contents

    context["generate_toctree_html"] = named


def setup(app):
    app.connect("html-page-context", name_arrows, priority=600)  # when the theme has made its own
