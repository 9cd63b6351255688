"""The book in other forms, each made by `make` below _build, and twice the same."""
