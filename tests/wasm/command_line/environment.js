// The program sees the environment it is started in, NO_COLOR for one; by itself it would have one of its own.
Module['preRun'] = [() => { Object.assign(ENV, process.env); }];
