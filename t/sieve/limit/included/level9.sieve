require "include";

include "level10";
