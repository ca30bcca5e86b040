"""The web service: runs, streams, pages. Imports `sim`; nothing imports `app.main`."""
