"""Which app Reflex runs, and how its pages are built."""

import reflex as rx

from booking.settings import settings
from portal.bundle import BundlePlugin
from portal.document import DocumentPlugin

config = rx.Config(
    app_name="portal",
    app_module_import="portal.app",
    plugins=[DocumentPlugin(), BundlePlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    frontend_compression_formats=["brotli", "gzip"],
    frontend_lazy_bundled_libraries=True,
    cors_allowed_origins=settings().origins,
    redis_url=settings().redis_url or None,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    react_strict_mode=False,
)
