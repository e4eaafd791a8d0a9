"""Draw what only the pages of signing in need: `{% load access %}`."""

import qrcode
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from amparo.access.panels import people as panels
from amparo.accounts.queries import DeviceRow

register = template.Library()


@register.simple_tag
def second_step_picture(address: str) -> SafeString:
    """Draw the address that sets up an app for codes, as a picture inside the page: no other request is made."""
    code = qrcode.QRCode(border=4)
    code.add_data(address)
    rows = code.get_matrix()
    dark = "".join(
        f"M{x},{y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" '
        'width="240" height="240" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        '<rect width="{size}" height="{size}" fill="#ffffff"/><path d="{dark}" fill="#000000"/></svg>',
        label=_("A picture for the app on your phone. The key below says the same."),
        size=len(rows),
        dark=dark,
    )


@register.simple_tag
def device_name(device: DeviceRow) -> str:
    """Name a device as its owner knows it."""
    return panels.device_name(device)
