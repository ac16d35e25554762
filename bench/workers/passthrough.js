// The floor: a Worker that does nothing but call the origin.

export default {
  fetch(request, env) {
    return env.ORIGIN.fetch(request);
  },
};
