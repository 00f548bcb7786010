using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Routing;
using SessionService.Api.Identity;

namespace SessionService.UnitTests.Identity;

public sealed class CallerParameterTests
{
    private static readonly IReadOnlyList<(string Route, MethodInfo Method)> Actions =
    [
        .. typeof(CallerResolver).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ControllerBase)))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .SelectMany(method => method.GetCustomAttributes<HttpMethodAttribute>().Select(route =>
                ($"{method.DeclaringType!.GetCustomAttribute<RouteAttribute>()?.Template}/{route.Template}", method))),
    ];

    [Fact]
    public void Whoever_calls_a_route_of_a_session_is_asked_for_the_session_s_user()
    {
        var actions = Actions.Where(action => action.Route.Contains("{session_id", StringComparison.Ordinal)).ToList();

        Assert.True(actions.Count > 15);
        Assert.All(actions, action => Assert.True(Has<FromCallerAttribute>(action.Method), action.Route));
    }

    [Fact]
    public void Whoever_calls_a_route_of_a_user_is_asked_to_be_that_user()
    {
        var actions = Actions.Where(action => action.Route.Contains("{user_id", StringComparison.Ordinal)).ToList();

        Assert.True(actions.Count > 10);
        Assert.All(actions, action => Assert.True(Has<FromPathUserAttribute>(action.Method), action.Route));
    }

    // Parameters are bound in their order, and the body may name the caller.
    [Fact]
    public void The_caller_of_a_session_s_route_follows_the_body()
    {
        var actions = Actions
            .Select(action => (action.Route, Parameters: action.Method.GetParameters().ToList()))
            .Select(action => (
                action.Route,
                Body: action.Parameters.FindIndex(parameter => parameter.ParameterType.Name.EndsWith("Request", StringComparison.Ordinal)),
                Caller: action.Parameters.FindIndex(parameter => parameter.IsDefined(typeof(FromCallerAttribute)))))
            .Where(action => action is { Body: >= 0, Caller: >= 0 })
            .ToList();

        Assert.True(actions.Count > 5);
        Assert.All(actions, action => Assert.True(action.Body < action.Caller, action.Route));
    }

    private static bool Has<T>(MethodInfo method)
        where T : Attribute => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(string) && parameter.IsDefined(typeof(T)));
}
