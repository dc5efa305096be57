/** WGSL: largest of the `WIDTH` outputs z from place `at` as `top`, and the sum of e^(z − top) as `sum`; `also` may use each `e` of output `j`. */
export const softmaxSums = (also = ''): string => `var top = z[at]; for (var j = 0u; j < WIDTH; j++) { top = max(top, z[at + j]); }
    var sum = 0.0; for (var j = 0u; j < WIDTH; j++) { let e = power(z[at + j] - top); sum += e; ${also} }`
