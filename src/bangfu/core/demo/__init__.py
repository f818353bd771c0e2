"""The synthetic county, with truth planted by cause."""

from bangfu.core.demo.county import CAUSES, DemoResult, generate

__all__ = ["CAUSES", "DemoResult", "generate"]
