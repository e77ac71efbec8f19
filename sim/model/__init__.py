"""The model: every quantity declared once, the rules of the economics, and the ten stages of a quarter."""
