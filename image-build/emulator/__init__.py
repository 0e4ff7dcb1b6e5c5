"""The emulated box and what is asked of it: see README.md in this folder."""
