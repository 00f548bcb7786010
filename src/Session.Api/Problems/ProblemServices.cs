using Microsoft.AspNetCore.Mvc;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Problems;

internal static class ProblemServices
{
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.Configure<ApiBehaviorOptions>(api =>
        {
            api.InvalidModelStateResponseFactory = ProblemFactory.FromModelState;
            // A status without a body gets its problem in one place, see UseProblems.
            api.SuppressMapClientErrors = true;
        });
        return services;
    }

    /// <summary>Answers every error with a problem document, also errors that the framework raises.</summary>
    public static WebApplication UseProblems(this WebApplication app)
    {
        // The handler above answers every exception itself; the options only have to name something.
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = _ => Task.CompletedTask,
            AllowStatusCode404Response = true,
            SuppressDiagnosticsCallback = _ => true,
        });
        app.UseStatusCodePages(context =>
            ProblemFactory.WriteAsync(
                context.HttpContext, ProblemFactory.FromStatus(context.HttpContext), context.HttpContext.RequestAborted));
        return app;
    }
}
