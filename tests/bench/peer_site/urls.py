from django.urls import include, path  # pyright: ignore[reportMissingImports]

urlpatterns = [path("", include("appointment.urls"))]
