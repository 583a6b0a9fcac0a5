"""How training changes with its progress, a number in 0…1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """The course of a run of `steps` steps."""

    steps: int
    rate: float = 2e-3
    """Learning rate at its highest."""
    plain: bool = False
    """No adversary at all."""
    clean_share: float = 0.12
    """Share of the steps before the adversary comes."""
    radius: float = 2.75
    """L2 radius of the adversary at its strongest."""
    kept_share: float = 0.625
    """Share of the patches that are looked at, except at the end."""

    def rate_at(self, step: int) -> float:
        """Rises for 100 steps, falls in the last third."""
        warm = min(1.0, (step + 1) / 100)
        fall = min(1.0, (1 - step / self.steps) / 0.35)
        return self.rate * warm * max(0.03, fall)

    def radius_at(self, step: int) -> float:
        """0 while clean, then in a ramp to the full radius at half of the run."""
        share = step / self.steps
        if self.plain or share < self.clean_share:
            return 0.0
        return self.radius * min(1.0, 0.2 + 0.8 * (share - self.clean_share) / (0.5 - self.clean_share))

    def kept_at(self, step: int, patches: int) -> int | None:
        """How many patches are looked at; `None` for all, in the last eighth."""
        return None if step > 0.875 * self.steps else round(self.kept_share * patches)
