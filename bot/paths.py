"""Where things stand in a checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NLU_DATA = ROOT / "data" / "nlu"
SAFETY_DATA = ROOT / "data" / "safety"
MODELS = ROOT / "models"
ENCODERS = MODELS / "encoders"
GUARD = MODELS / "guard"
