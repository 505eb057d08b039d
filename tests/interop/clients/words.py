"""What is said to every client's model."""

from typing import Literal

from pydantic import BaseModel

FORECAST = "A forecast for Lima over 3 days in celsius"
WEATHER = "What is the weather in Paris and Rome?"
REPORTS = {"Paris": "18 degrees and sunny", "Rome": "24 degrees and rain"}
ABOUT_TOOL = "The current weather in a city"
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


class Forecast(BaseModel):
    city: str
    unit: Literal["celsius", "fahrenheit"]
    days: int
