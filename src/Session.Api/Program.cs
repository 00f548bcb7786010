using SessionService.Api.Commands;
using SessionService.Api.Faults;
using SessionService.Api.Health;
using SessionService.Api.Hosting;
using SessionService.Api.Identity;
using SessionService.Api.Limits;
using SessionService.Api.Logging;
using SessionService.Api.OpenApi;
using SessionService.Api.Problems;
using SessionService.Api.Telemetry;
using SessionService.Application;
using SessionService.Infrastructure;

return await ServiceCommands.RunAsync(args, serve: async arguments =>
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments, ContentRootPath = AppContext.BaseDirectory });
    builder.ConfigureServer();
    builder.Logging.AddServiceLogging();
    builder.Services.AddApplication();
    builder.Services.AddDatabase();
    builder.Services.AddStores();
    builder.AddIdentity();
    builder.Services.AddLimits();
    builder.Services.AddFaults();
    builder.Services.AddCrossOrigin();
    builder.Services.AddApi();
    builder.Services.AddProblems();
    builder.Services.AddHealth();
    builder.Services.AddServiceOpenApi();
    builder.AddServiceTelemetry();

    var app = builder.Build();
    app.Services.BeginDatabaseStart(app.Lifetime.ApplicationStopping);
    app.UseTraceIds();
    app.UseMiddleware<RequestLogging>();
    app.UseSecurityHeaders();
    app.UseProblems();
    app.UseGatewaySecret();
    app.UseCrossOrigin();
    app.UseServiceOpenApi();
    app.UseTokens();
    app.UseLimits();
    app.UseFaults();
    app.MapControllers();
    app.MapMetrics();
    await app.RunAsync();
});
