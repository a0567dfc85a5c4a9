require "vacation";
vacation :days 0 "Less than the least is the least.";
