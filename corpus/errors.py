"""What a person's mistake is, apart from our bugs."""


class ContractError(Exception):
    """A person's mistake: one line that says what is wrong, where, and what to do next."""
