using SessionService.Api.Hosting;
using SessionService.Benchmarks;

ProcessCulture.MakeInvariant();
return await BenchmarkCommands.Create().Parse(args).InvokeAsync(BenchmarkCommands.Invocation);
