require "include";

include "../one";
