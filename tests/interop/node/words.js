// What is said to every client's model.

import { z } from "zod";

export const STORY = "Tell me about the lighthouse at Cape Horn.";
export const FORECAST = "A forecast for Lima over 3 days in celsius";
export const WEATHER = "What is the weather in Paris and Rome?";
export const REPORTS = { Paris: "18 degrees and sunny", Rome: "24 degrees and rain" };
export const ABOUT_TOOL = "The current weather in a city";
export const PARAMETERS = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
export const Forecast = z.object({
  city: z.string(),
  unit: z.enum(["celsius", "fahrenheit"]),
  days: z.number().int(),
});
