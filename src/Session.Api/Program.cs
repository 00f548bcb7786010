using SessionService.Api.Health;
using SessionService.Api.Hosting;
using SessionService.Api.Logging;
using SessionService.Api.OpenApi;
using SessionService.Api.Problems;
using SessionService.Application;
using SessionService.Infrastructure;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.ConfigureServer().ConfigureLogging();
builder.Services.AddApplication();
builder.Services.AddInfrastructure();
builder.Services.AddApi();
builder.Services.AddProblems();
builder.Services.AddHealth();
builder.Services.AddServiceOpenApi();

var app = builder.Build();
app.UseMiddleware<RequestLogging>();
app.UseProblems();
app.UseServiceOpenApi();
app.MapControllers();
await app.RunAsync();
