using Microsoft.AspNetCore.Mvc.Controllers;
using SessionService.Api.Consistency;
using SessionService.Api.Health;
using SessionService.Api.Identity;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Faults;

/// <summary>Ends a request as soon as the database is lost, so that it does not wait for a timeout.</summary>
internal sealed class DatabaseFaultsMiddleware(
    RequestDelegate next, DatabaseHosts hosts, DatabasePulses pulses, CallerResolver callers)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (hosts.DifferByUser)
        {
            // The user in a body is not known yet.
            var caller = callers.Find(http);
            hosts.Choose(caller.PathUser ?? caller.Caller.UserId);
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is not { } action
            || action.ControllerTypeInfo == typeof(HealthController))
        {
            await next(http);
            return;
        }

        var pulse = EventualReadsAttribute.IsEventual(http) ? pulses.Standby : pulses.Primary;
        using var watch = pulse.Watch(http.RequestAborted);
        http.Features.Set(watch);
        try
        {
            await next(http);
        }
        catch (OperationCanceledException exception) when (watch.IsLost)
        {
            throw new DatabaseLostException(exception);
        }
        finally
        {
            http.Features.Set<PulseWatch>(null);
        }
    }
}
