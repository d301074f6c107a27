"""HTCondor's commands, as far as this backend needs them, made of HTCondor's Python bindings."""
