using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace SessionService.Api.Keys;

/// <summary>Leaves the routes of keys out where keys name nobody: there would be no key that may use them.</summary>
internal sealed class NoKeyRoutes : IApplicationModelConvention
{
    public void Apply(ApplicationModel application)
    {
        foreach (var controller in application.Controllers.Where(controller => controller.ControllerType == typeof(KeysController)).ToList())
        {
            application.Controllers.Remove(controller);
        }
    }
}
