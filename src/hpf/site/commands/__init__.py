"""Subcommands of `hpf`, one module each; see hpf.site.cli for what a module has."""
